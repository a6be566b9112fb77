import { copyFile, link, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command } from "./in-process.js";
import { fixture, inFolder } from "./quadrat.js";

const config = `grid: {crs: EPSG:4326, resolution: 0.5, bounds: [-10, 45, 0, 50]}
datasets:
  elevation: {path: elevation.tif}
  points: {path: pts.csv, x: lon, y: lat}
export: {directory: out}
`;

async function study(
  work: (folder: string, run: (...args: string[]) => ReturnType<typeof command>) => Promise<void>,
) {
  await inFolder(async (folder) => {
    await copyFile(fixture("elevation.tif"), join(folder, "elevation.tif"));
    await writeFile(join(folder, "pts.csv"), "lon,lat\n-9.9,49.9\n");
    await writeFile(join(folder, "config.yml"), config);
    const original = await contents(folder);
    await work(folder, (...args) => command("run", "--config", join(folder, "config.yml"), ...args));
    expect(await contents(folder), "the files of the user are as they were").toEqual(original);
  });
}

const contents = (folder: string): Promise<Buffer[]> =>
  Promise.all(["elevation.tif", "pts.csv", "config.yml"].map((name) => readFile(join(folder, name))));

describe("files of the user", () => {
  it.each([
    ["the input of dataset elevation", "elevation.tif"],
    ["the configuration", "config.yml"],
  ])("are not taken for a store: %s", async (what, name) => {
    await study(async (folder, run) => {
      await link(join(folder, name), join(folder, "hard.duckdb"));
      await symlink(name, join(folder, "soft.duckdb"));
      for (const store of [name, "hard.duckdb", "soft.duckdb"]) {
        const { code, stderr } = await run("--store", join(folder, store), "--fresh");
        expect([code, stderr]).toEqual([2, expect.stringContaining(`the store would overwrite ${what}`)]);
        expect(stderr).toContain("choose another file with --store");
      }
    });
  });

  it("are not written over by an output, and an output not by the store", async () => {
    await study(async (folder, run) => {
      const over = await run("--set", "export.directory=.", "--set", "export.name=pts");
      expect(over.code).toBe(2);
      expect(over.stderr).toContain("the output of csv would overwrite the input of dataset points");
      expect(over.stderr).toContain("export.name");
      for (const [name, what] of [
        ["merged.csv", "the output of csv"],
        ["merged.metadata.json", "the metadata"],
      ]) {
        const { code, stderr } = await run("--store", join(folder, "out", name!));
        expect([code, stderr]).toEqual([2, expect.stringContaining(`${what} would overwrite the store`)]);
      }
    });
  });

  it("are never removed by --fresh unless they are a DuckDB database", async () => {
    await study(async (folder, run) => {
      const notes = join(folder, "notes.txt");
      for (const text of ["", "notes of years"]) {
        await writeFile(notes, text);
        for (const args of [["--fresh"], []]) {
          const { code, stderr } = await run("--store", notes, ...args);
          expect(code).toBe(1);
          expect(stderr).toContain(`${notes} is not a DuckDB database`);
          expect(stderr).toContain("choose another file with --store, or remove this one yourself");
          expect(stderr).not.toContain("run with --fresh");
          expect(await readFile(notes, "utf8")).toBe(text);
        }
      }
      const store = join(folder, "own.duckdb");
      expect((await run("--store", store)).code).toBe(0);
      expect((await run("--store", store, "--fresh")).code).toBe(0);
    });
  });
});

describe("the folder of the outputs", () => {
  it.each(["merged.csv", "merged.metadata.json", "quadrat.duckdb"])(
    "is refused before any work where %s is a folder",
    async (name) => {
      await study(async (folder, run) => {
        await mkdir(join(folder, "out", name), { recursive: true });
        const { code, stderr } = await run();
        expect(code).toBe(1);
        expect(stderr).toContain(`${join(folder, "out", name)} is a folder`);
        await expect(readFile(join(folder, "out", "merged.csv"))).rejects.toThrow();
      });
    },
  );

  it("keeps what an earlier run has written, and names it", async () => {
    await study(async (folder, run) => {
      expect((await run("--set", "export.formats=[csv, parquet]")).stderr).not.toContain("earlier run");
      const { code, stderr } = await run();
      expect(code).toBe(0);
      expect(stderr).toContain(`warning: ${join(folder, "out/merged.parquet")} is from an earlier run`);
      expect(stderr).not.toContain("merged.csv is of");
      await readFile(join(folder, "out/merged.parquet"));
    });
  });
});
