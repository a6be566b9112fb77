import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { inFolder, readCsv, repository, run } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

const node = promisify(execFile);

async function inputs(folder: string): Promise<void> {
  await writeTiff(join(folder, "elevation.tif"), {
    width: 40,
    height: 30,
    epsg: 4326,
    geographic: true,
    origin: [0, 30],
    pixel: [1, 1],
    nodata: -9999,
    value: (col, row) => (col === row ? -9999 : col + row / 8),
  });
  await writeFile(
    join(folder, "points.csv"),
    "decimalLongitude,decimalLatitude\n0.5,29.5\n0.6,29.4\n3.5,28.5\n",
  );
}

const study = {
  grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 40, 30] },
  datasets: {
    elevation: { path: "elevation.tif", type: "continuous" },
    'odd "name"; --': { path: "points.csv" },
  },
};

describe("the store of a run", () => {
  it("is read by a plain DuckDB script that knows nothing of Quadrat", async () => {
    await inFolder(async (folder) => {
      await inputs(folder);
      await run(folder, { ...study, export: { directory: "out" } });
      const script = `
        import { DuckDBInstance } from ${JSON.stringify(import.meta.resolve("@duckdb/node-api"))};
        const instance = await DuckDBInstance.create(process.argv[1], { access_mode: "READ_ONLY" });
        const connection = await instance.connect();
        const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
        console.log(JSON.stringify({
          merged: await rows("SELECT * FROM merged LIMIT 5"),
          staged: await rows('SELECT * FROM staged."elevation" ORDER BY cell LIMIT 2'),
          odd: await rows('SELECT * FROM staged."odd ""name""; --" WHERE value IS NOT NULL ORDER BY cell'),
          grid: await rows("SELECT width, height FROM grid"),
          runs: await rows("SELECT status, rows FROM runs"),
        }));`;
      const file = join(folder, "out", "quadrat.duckdb");
      const { stdout } = await node(process.execPath, ["--input-type=module", "-e", script, file], {
        cwd: repository,
      });
      const found = JSON.parse(stdout) as Record<string, Record<string, unknown>[]>;
      expect(found["merged"]).toHaveLength(5);
      expect(found["merged"]![0]).toEqual({
        cell: "0",
        x: 0.5,
        y: 29.5,
        elevation: null,
        'odd "name"; --': 2,
      });
      expect(found["staged"]).toEqual([
        { cell: "0", x: 0.5, y: 29.5, value: null },
        { cell: "1", x: 1.5, y: 29.5, value: 1 },
      ]);
      expect(found["odd"]).toEqual([
        { cell: "0", x: 0.5, y: 29.5, value: 2 },
        { cell: "43", x: 3.5, y: 28.5, value: 1 },
      ]);
      expect(found["grid"]).toEqual([{ width: "40", height: "30" }]);
      expect(found["runs"]).toEqual([{ status: "done", rows: String(40 * 30 - 30 + 1) }]);
    });
  });
});

describe("an old configuration, of merge and export alone", () => {
  it("goes on working unchanged, in either mode", async () => {
    await inFolder(async (folder) => {
      await inputs(folder);
      const old = {
        merge: { enable_streaming: true, streaming_chunk_size: 5000 },
        export: { compress: true, chunk_size: 10_000 },
      };
      const streamed = await run(folder, { ...study, ...old });
      expect(streamed.mode).toEqual({ start: "streaming", end: "streaming" });
      expect(streamed.batch_rows.start).toBe(5000);
      const [file] = streamed.files;
      expect(file!.path).toBe(join(folder, "output", "default", "merged.csv.gz"));
      const rows = await readCsv(file!.path);
      expect(rows).toHaveLength(40 * 30 - 30 + 1);
      expect(Object.keys(rows[0]!)).toEqual(["x", "y", "elevation", '"odd ""name""; --"']);

      const plain = {
        merge: { enable_streaming: false, streaming_chunk_size: 5000 },
        export: { compress: false },
      };
      const held = await run(folder, { ...study, ...plain });
      expect(held.mode).toEqual({ start: "memory", end: "memory" });
      expect(await readCsv(held.files[0]!.path)).toEqual(rows);
      expect(await readFile(join(folder, "output", "default", "merged.csv"), "utf8")).toMatch(
        /^x,y,elevation,/,
      );
    });
  });
});
