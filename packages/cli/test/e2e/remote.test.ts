import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { serve, type Behaviour, type RangeServer, type ServedFile } from "@quadrat/core/testing";
import {
  byPlace,
  compare,
  filesIn,
  quadrat,
  readCsv,
  repository,
  run,
  type Configuration,
} from "./support/quadrat.js";
import { tiledTiff } from "./support/tiled-tiff.js";

const value = (seed: number) => (col: number, row: number) =>
  ((col * 31 + row * 17) ^ (col >> 3) ^ seed) & 255;
const shape = { size: 4096, tile: 128, origin: [10, 50], pixel: 0.001 } as const;
const bytes = tiledTiff({ ...shape, value: value(0) });
const changed = tiledTiff({ ...shape, value: value(90) });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-remote-"));
  await writeFile(join(folder, "cog.tif"), bytes);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const servers: RangeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function served(behave?: Behaviour, file: ServedFile = { bytes, headers: { ETag: '"v1"' } }) {
  const files: Record<string, ServedFile> = { "/cog.tif": file };
  const server = await serve(files, behave);
  servers.push(server);
  return { server, files, address: `${server.origin}/cog.tif` };
}

/** A hundredth of the raster, in the middle of it; and the same place on a grid whose axes are others. */
const grids = {
  same: { crs: "EPSG:4326", resolution: 0.004, bounds: [11.8, 47.6, 12.2, 48] },
  other: { crs: "EPSG:3035", resolution: 400, bounds: [4_456_000, 2_724_000, 4_484_000, 2_764_000] },
} as const;

let outputs = 0;

const study = (path: string, more: Configuration = {}): Configuration => ({
  grid: grids.same,
  datasets: {
    mean: { path, type: "continuous", resample: "average" },
    smooth: { path, type: "continuous", resample: "cubic" },
  },
  resampling: { window_size: 256 },
  export: { directory: `out-${++outputs}` },
  prediction: { learn: false },
  ...more,
});

async function csvOf(config: Configuration, args: readonly string[] = []): Promise<string> {
  await run(folder, config, args);
  const { directory } = config["export"] as { directory: string };
  return readFile(join(folder, directory, "merged.csv"), "utf8");
}

async function metadataOf(config: Configuration): Promise<Record<string, unknown>[]> {
  const { directory } = config["export"] as { directory: string };
  const text = await readFile(join(folder, directory, "merged.metadata.json"), "utf8");
  return (JSON.parse(text) as { columns: Record<string, unknown>[] }).columns;
}

async function command(config: Configuration, args = ["run"]) {
  await writeFile(join(folder, "config.yml"), JSON.stringify(config));
  return quadrat([...args, "--config", join(folder, "config.yml")], { cwd: folder });
}

describe("a raster on a server", () => {
  it.each([
    ["same", 1],
    ["same", 3],
    ["other", 1],
    ["other", 3],
  ] as const)(
    "gives the bytes of a local copy (grid in %s CRS, %i threads), of a thirtieth of it",
    async (crs, threads) => {
      const { server, address } = await served();
      const more = { grid: grids[crs], threads };
      const [local, remote] = [await csvOf(study("cog.tif", more)), await csvOf(study(address, more))];
      expect(remote).toBe(local);
      expect(local.split("\n").length).toBeGreaterThan(5000);
      expect(server.sent() / bytes.length).toBeLessThanOrEqual(0.03);
      expect(
        server.asked.every(({ url, range }) => url === "/cog.tif" && /^bytes=\d+-\d+$/.test(range)),
      ).toBe(true);
    },
  );

  it("gives them also if the server fails every third request, cuts answers short and is slow", async () => {
    const { address } = await served((request, response, plain, number) => {
      if (number % 6 === 0) request.socket.destroy();
      else if (number % 3 === 0) response.writeHead(503).end();
      else setTimeout(plain, 5);
    });
    expect(await csvOf(study(address, { threads: 2 }))).toBe(await csvOf(study("cog.tif", { threads: 2 })));
  });

  it("is identified by its ETag: reused as long as it is the same, read again when it is not", async () => {
    const { files, address } = await served();
    const config = study(address);
    const first = await csvOf(config);
    expect(await metadataOf(config)).toContainEqual(
      expect.objectContaining({ name: "mean", source: address, version: 'etag "v1"', bytes: bytes.length }),
    );
    expect((await metadataOf(config)).some((column) => "sha256" in column)).toBe(false);
    const again = await command(config);
    expect(again.stderr).toContain("mean: staged before, reused");
    files["/cog.tif"] = { bytes: changed, headers: { ETag: '"v2"' } };
    const second = await csvOf(config);
    expect(second).not.toBe(first);
    await writeFile(join(folder, "changed.tif"), changed);
    expect(second).toBe(await csvOf(study("changed.tif")));
  });

  it("that says no version is read again in each run, with a warning", async () => {
    const { files, address } = await served(undefined, { bytes, headers: {} });
    const config = study(address);
    const first = await csvOf(config);
    files["/cog.tif"] = { bytes: changed, headers: {} };
    const { code, stderr } = await command(config);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("does not say which version of the file it has: only its size");
    const { directory } = config["export"] as { directory: string };
    expect(await readFile(join(folder, directory, "merged.csv"), "utf8")).not.toBe(first);
    expect((await metadataOf(config))[2]).not.toHaveProperty("version");
  });

  it.each([1, 2])(
    "that changes while it is read ends the run without outputs (%i threads)",
    async (threads) => {
      const { files, address } = await served((_, __, plain, number) => {
        if (number === 5) files["/cog.tif"] = { bytes: changed, headers: { ETag: '"v2"' } };
        plain();
      });
      const config = study(address, { threads });
      const { code, stderr } = await command(config);
      expect(code).toBe(1);
      expect(stderr).toMatch(/cog\.tif was changed while it was being read/);
      const { directory } = config["export"] as { directory: string };
      expect((await filesIn(join(folder, directory))).filter((name) => /csv|json/.test(name))).toEqual([]);
    },
  );

  it("without ranges is refused by name", async () => {
    const { address } = await served((_, response) => void response.writeHead(200).end(bytes));
    const { code, stderr } = await command(study(address));
    expect(code).toBe(2);
    expect(stderr).toContain("datasets.mean: the server does not send parts of files");
  });

  it("is not asked with `offline: true`", async () => {
    const { server, address } = await served();
    for (const args of [["run"], ["validate"], ["plan"]]) {
      const { code, stderr } = await command(study(address, { offline: true }), args);
      expect(code).toBe(2);
      expect(stderr).toContain("`offline: true` allows no address");
    }
    expect(server.asked).toEqual([]);
  });

  it("is shown by its address, and may define the grid and the mask", async () => {
    const { address } = await served();
    const small = tiledTiff({
      ...shape,
      size: 64,
      tile: 16,
      pixel: 0.01,
      origin: [11, 48],
      value: (col) => col & 1,
    });
    const { server } = { server: await serve({ "/small.tif": { bytes: small } }) };
    servers.push(server);
    const mask = `${server.origin}/small.tif`;
    const config = (like: string, path: string, data: string) =>
      study(data, { grid: { like }, mask: { path } });
    await writeFile(join(folder, "small.tif"), small);
    const local = await csvOf(config("small.tif", "small.tif", "cog.tif"));
    expect(await csvOf(config(mask, mask, address))).toBe(local);
    expect(local.split("\n").length).toBe(64 * 32 + 2);
    const valid = await command(config(mask, mask, address), ["validate"]);
    expect(valid.code, valid.stderr).toBe(0);
    expect(valid.stdout).toContain(address);
    expect(server.asked.every(({ url }) => url === "/small.tif")).toBe(true);
  });
});

describe("the recipe of a COG on a server", () => {
  it("gives numpy's values", async () => {
    const page = await readFile(join(repository, "docs/layers-and-time.md"), "utf8");
    const recipe = /### A COG on a server[^]*?```yaml\n([^]*?)```/.exec(page)![1]!;
    const layers = new URL("../fixtures/layers/", import.meta.url);
    const server = await serve({ "/soil/cog.tif": { bytes: await readFile(new URL("soil.tif", layers)) } });
    servers.push(server);
    const text = `grid: { crs: EPSG:4326, resolution: 1, bounds: [10, 46, 16, 50] }
${recipe.replace("https://data.example.org", server.origin)}
merge: { join: all }
export: { directory: recipe }
`;
    await writeFile(join(folder, "recipe.yml"), text);
    const { code, stderr } = await quadrat(["run", "--config", join(folder, "recipe.yml")], { cwd: folder });
    expect(code, stderr).toBe(0);
    const rows = await readCsv(join(folder, "recipe/merged.csv"));
    expect(Object.keys(rows[0]!)).toEqual(["x", "y", "soil_sand", "soil_clay"]);
    const [ours, theirs] = [
      byPlace(rows),
      byPlace(await readCsv(fileURLToPath(new URL("expected.csv", layers)))),
    ];
    for (const [column, theirColumn] of [
      ["soil_sand", "soil_sand"],
      ["soil_clay", "soil_clay content"],
    ] as const) {
      const found = compare(ours, column, theirs, theirColumn, 1e-12);
      expect(found).toMatchObject({ nullity: 0, beyond: 0 });
      expect(found.compared).toBeGreaterThan(10);
    }
  });
});

describe("shards of a raster on a server", () => {
  const shards = async (
    config: Configuration,
    plan: string,
  ): Promise<{ code: number | null; stderr: string }> => {
    await writeFile(join(folder, "config.yml"), JSON.stringify(config));
    const work = join(folder, plan);
    const steps = [
      ["plan", "--config", join(folder, "config.yml"), work, "--shards", "2"],
      ["run", work, "--index", "0"],
      ["run", work, "--index", "1"],
      ["collect", work],
    ];
    for (const [step, ...args] of steps) {
      const { code, stderr } = await quadrat(["shard", step!, ...args], { cwd: folder });
      if (code !== 0) return { code, stderr: `${step}: ${stderr}` };
    }
    return { code: 0, stderr: "" };
  };

  it("give the bytes of a run", async () => {
    const { address } = await served();
    const config = study(address);
    expect(await shards(config, "plan-1")).toEqual({ code: 0, stderr: "" });
    const { directory } = config["export"] as { directory: string };
    const found = await readFile(join(folder, directory, "merged.csv"), "utf8");
    expect(found).toBe(await csvOf(study("cog.tif")));
  });

  it("are refused if it is another than that of the plan, or can't be told from another", async () => {
    const { files, address } = await served((request, _, plain) => {
      if (request.headers.range === "bytes=0-0" && armed)
        files["/cog.tif"] = { bytes: changed, headers: { ETag: '"v2"' } };
      plain();
    });
    let armed = false;
    await writeFile(join(folder, "config.yml"), JSON.stringify(study(address)));
    const plan = ["--config", join(folder, "config.yml"), join(folder, "plan-2"), "--shards", "2"];
    const planned = await quadrat(["shard", "plan", ...plan], { cwd: folder });
    expect(planned.code, planned.stderr).toBe(0);
    armed = true;
    const other = await quadrat(["shard", "run", join(folder, "plan-2"), "--index", "0"], { cwd: folder });
    expect(other.code).toBe(1);
    expect(other.stderr).toContain("has changed since the plan was made");
    const unknown = await served(undefined, { bytes, headers: {} });
    const { code, stderr } = await shards(study(unknown.address), "plan-3");
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^plan: .*does not say which version of the file it has/s);
  });
});

describe("a server that falls silent", () => {
  it.each([1, 2])("does not keep Ctrl-C waiting (%i threads)", async (threads) => {
    let silent: (() => void) | undefined;
    const fell = new Promise<void>((resolve) => (silent = resolve));
    const { address } = await served((_, __, plain, number) => (number < 5 ? plain() : silent!()));
    await writeFile(join(folder, "config.yml"), JSON.stringify(study(address, { threads })));
    const program = join(repository, "packages/cli/bin/quadrat.js");
    const child = spawn(program, ["run", "--config", join(folder, "config.yml")], { cwd: folder });
    let stderr = "";
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    await fell;
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number | null];
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("stopped by SIGINT");
  });
});
