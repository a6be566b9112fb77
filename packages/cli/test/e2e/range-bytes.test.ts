import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/main.js";
import { createOutput } from "../../src/output.js";
import { hashes, must } from "../shards/support.js";
import { quadrat } from "./support/quadrat.js";

type Configuration = Readonly<Record<string, unknown>>;

/** A wavy outline, of integers and their sines. */
function outline(i: number, points: number): number[][] {
  const [x, y] = [((i * 7919) % 560) / 10 - 28, ((i * 104_729) % 360) / 10 - 18];
  const size = 0.4 + (i % 9) * 0.6;
  const ring = Array.from({ length: points }, (_, k) => {
    const angle = (2 * Math.PI * k) / points;
    const radius = size * (1 + 0.3 * Math.sin(5 * angle + i));
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)].map((value) =>
      Number(value.toFixed(5)),
    );
  });
  return [...ring, ring[0]!];
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-range-bytes-"));
  const features = Array.from({ length: 200 }, (_, i) => ({
    type: "Feature",
    properties: { species: `s${i % 9}`, zone: i % 11, name: i % 13 === 0 ? null : `zone "${i % 11}", ä` },
    geometry: { type: "Polygon", coordinates: [outline(i, 20 + (i % 50))] },
  }));
  // Some without an area.
  for (const feature of features.filter((_, i) => i % 40 === 7))
    feature.geometry.coordinates = [[...feature.geometry.coordinates[0]!.slice(0, 2)]];
  await writeFile(join(folder, "p.geojson"), JSON.stringify({ type: "FeatureCollection", features }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const path = "p.geojson";
const datasets = {
  centre: { path, species: "species" },
  touched: { path, species: "species", rule: "touched" },
  covered: { path, species: "species", rule: "coverage", threshold: 0.3 },
  here: { path },
  share: { path, measure: "coverage" },
  zone: { path, measure: "value", value: "zone" },
  name: { path, measure: "value", value: "name", rule: "coverage" },
  each: { path, species: "species", expand: "species", measure: "presence" },
  parts: { path, species: "species", expand: "species", measure: "coverage", where: "zone < 5" },
};

const study = (directory: string, more: Configuration = {}): Configuration => ({
  grid: { crs: "EPSG:4326", resolution: 0.25, bounds: [-30, -20, 30, 20] },
  datasets,
  mask: { path, where: "zone <> 3", rule: "touched", coverage: true },
  export: { formats: ["csv", "parquet"], directory },
  prediction: { learn: false },
  ...more,
});

async function write(name: string, config: Configuration): Promise<string> {
  const file = join(folder, `${name}.yml`);
  await writeFile(file, JSON.stringify(config));
  return file;
}

async function hashesOf(name: string, more: Configuration): Promise<Record<string, string>> {
  await must("run", "--config", await write(name, study(name, more)));
  const found = await hashes(join(folder, name));
  await rm(join(folder, name), { recursive: true });
  return found;
}

/** Runs until a task of this name begins or is logged about, which interrupts it. */
async function interrupted(config: string, moment: RegExp): Promise<number> {
  let isOver = false;
  const look = (text: string): void => {
    if (isOver || !moment.test(text)) return;
    isOver = true;
    process.emit("SIGINT");
  };
  const args = ["run", "--config", config];
  return main(args, {
    ...createOutput(["--quiet"]),
    progress: {
      start: look,
      advance: (task) => look(`${task} advanced`),
      end: (task) => look(`${task} ended`),
      log() {},
      close() {},
    },
    result() {},
    tell() {},
    close() {},
  });
}

describe("the bytes of columns of polygons within a mask of polygons", () => {
  let plain: Record<string, string>;
  beforeAll(async () => {
    plain = await hashesOf("plain", {});
  });

  it.each([
    ["one thread", { threads: 1 }],
    ["batches of 100 rows", { threads: 2, merge: { enable_streaming: true, streaming_chunk_size: 100 } }],
  ])("are the same with %s", async (_what, more) => {
    expect(await hashesOf("other", more)).toEqual(plain);
  });

  it("are the same with a limit of 512 MB and streaming", async () => {
    // A process of its own: the limit is that of all memory of the process.
    const more = { memory: { limit: "512MB" }, merge: { enable_streaming: true } };
    const { code, stderr } = await quadrat(["run", "--config", await write("little", study("little", more))]);
    expect(code, stderr).toBe(0);
    expect(await hashes(join(folder, "little"))).toEqual(plain);
  });

  it("are the same after interruptions", async () => {
    const config = await write("cut", study("cut"));
    for (const moment of [/^touched$/, /^share ended/, /^name/, /^each/, /^export/]) {
      const code = await interrupted(config, moment);
      expect(code, String(moment)).toBe(130);
    }
    await must("run", "--config", config);
    expect(await hashes(join(folder, "cut"))).toEqual(plain);
  });

  it("are the same from shards", async () => {
    const config = await write("sharded", study("sharded"));
    await mkdir(join(folder, "plans"));
    const plan = join(folder, "plans/one");
    await must("shard", "plan", plan, "--shards", "3", "--config", config);
    for (const index of [2, 0, 1]) await must("shard", "run", plan, "--index", String(index));
    await must("shard", "collect", plan);
    expect(await hashes(join(folder, "sharded"))).toEqual(plain);
  });
});
