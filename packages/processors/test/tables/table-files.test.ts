import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { mkdir } from "node:fs/promises";
import { Grid, quoteLiteral } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { findTableFiles } from "../../src/tables/table-files.js";
import { useBench } from "./support.js";

const bench = useBench();
const globe = new Grid({ crs: "EPSG:4326", resolution: [10, 10], bounds: [-180, -90, 180, 90] });
const cell = 4 * 36 + 19;
const names = { x: "lon", y: "lat" };
const place = "10.5 AS lon, 40.5 AS lat";

const lay = (path: string, dataset: Parameters<typeof bench.lay>[1] = {}): ReturnType<typeof bench.lay> =>
  bench.lay(join(bench.folder, path), { ...names, ...dataset }, { grid: globe });
const refusal = (
  path: string,
  dataset: Parameters<typeof bench.lay>[1] = {},
): ReturnType<typeof bench.refusal> =>
  bench.refusal(join(bench.folder, path), { ...names, ...dataset }, { grid: globe });

async function parquet(name: string, query: string): Promise<void> {
  const path = await bench.put(name, "");
  await bench.store.exec(`COPY (${query}) TO ${quoteLiteral(path)} (FORMAT parquet)`);
}

describe("a table in a folder of Parquet", () => {
  it("is all of its parts, without endings and marks, by folder and by pattern", async () => {
    for (let part = 0; part < 12; part++) {
      await parquet(`parts/00000${part}`, `SELECT ${place}, ${part} AS v, 'a' AS s FROM range(${part + 1})`);
    }
    await bench.put("parts/_SUCCESS", "");
    await bench.put("parts/.000001.crc", "crc");
    const expected = { sum: 572, records: 78 };
    for (const path of ["parts", "parts/*", "parts/0000*", "par?s/**"]) {
      expect((await lay(path)).cells).toEqual([[cell, expected.records]]);
      expect((await lay(path, { measure: "sum", value: "v" })).cells).toEqual([[cell, expected.sum]]);
    }
    expect((await lay("parts/0000010")).cells).toEqual([[cell, 11]]);
    const { files } = await findTableFiles(join(bench.folder, "parts"));
    expect(files.slice(-2).map(({ path }) => path.slice(-2))).toEqual(["10", "11"]);
  });

  it("has columns that the names of its folders hold", async () => {
    await parquet("hive/year=2020/kind=a%20b/0.parquet", `SELECT ${place}, 1 AS v FROM range(3)`);
    await parquet("hive/year=2020/kind=c/0.parquet", `SELECT ${place}, 1 AS v FROM range(2)`);
    await parquet("hive/year=2021/kind=__HIVE_DEFAULT_PARTITION__/0.parquet", `SELECT ${place}, 1 AS v`);
    // pandas: read_parquet("hive").groupby(...).year.mean()
    const mean = { measure: "mean", value: "year" } as const;
    expect((await lay("hive", mean)).cells).toEqual([[cell, (5 * 2020 + 2021) / 6]]);
    expect((await lay("hive/year=2020", mean)).cells).toEqual([[cell, 2020]]);
    expect((await lay("hive/*=2021/*", mean)).cells).toEqual([[cell, 2021]]);
    expect((await lay("hive/year=2020/kind=c/0.parquet", mean)).cells).toEqual([[cell, 2020]]);
    const { cells, report } = await lay("hive", { measure: "species", species: "KIND" });
    expect(cells).toEqual([[cell, 2]]);
    expect(report.warnings).toEqual(["1 record without a name: not counted for any species"]);
    const error = await refusal("hive", { measure: "species", species: "month" });
    expect(error.message).toContain('column "month" does not exist');
  });

  it("takes columns by their names, whatever their order and type", async () => {
    await parquet("mixed/1.parquet", `SELECT ${place}, 101::BIGINT AS key, 1::INTEGER AS v`);
    await parquet(
      "mixed/2.parquet",
      `SELECT 101.0::DOUBLE AS key, 40.5::FLOAT AS lat, 10.5 AS lon, 2.5 AS v`,
    );
    await parquet("mixed/3.parquet", `SELECT '10.5' AS lon, '40.5' AS lat, '3.5' AS v, '102' AS key`);
    await parquet("mixed/4.parquet", `SELECT 'nan'::DOUBLE AS lon, 40.5 AS lat, 4 AS v, NULL AS key`);
    expect((await lay("mixed", { measure: "sum", value: "v" })).cells).toEqual([[cell, 7]]);
    const { cells, report } = await lay("mixed", { measure: "species", species: "key" });
    expect(cells).toEqual([[cell, 2]]);
    expect(report.warnings).toEqual(["1 record left out: coordinate missing (first in 4.parquet, row 1)"]);
    const strict = await refusal("mixed", { strict: true });
    expect(strict.message).toBe(`${join(bench.folder, "mixed/4.parquet")}: row 1: coordinate missing`);
  });

  it("says which files lack a value, and refuses those that lack coordinates", async () => {
    await parquet("lacking/1.parquet", `SELECT ${place}`);
    await parquet("lacking/2.parquet", `SELECT ${place}, 5 AS v`);
    const { cells, report } = await lay("lacking", { measure: "mean", value: "v" });
    expect(cells).toEqual([[cell, 5]]);
    expect(report).toMatchObject({ read: 2, used: 1, skipped: { "value missing": 1 } });
    expect(report.warnings[0]).toMatch(/^1 of 2 files have no column "v", such as .*1\.parquet/);
    await parquet("lacking/3.parquet", "SELECT 10.5 AS longitude, 40.5 AS lat");
    expect((await refusal("lacking")).message).toContain('3.parquet: column "lon" does not exist');
  });

  it("is refused where dates are taken with numbers, and where its points differ in CRS", async () => {
    await parquet("dates/1.parquet", `SELECT ${place}, DATE '2020-01-01' AS v`);
    await parquet("dates/2.parquet", `SELECT ${place}, 5 AS v`);
    const dates = await refusal("dates", { measure: "mean", value: "v" });
    expect(dates.message).toMatch(/2\.parquet: column "v" holds dates in .*1\.parquet, but not here/);
    for (const [index, code] of [4326, 3035].entries()) {
      const geo = {
        version: "1.0.0",
        primary_column: "g",
        columns: { g: { encoding: "WKB", crs: { id: { authority: "EPSG", code } } } },
      };
      const path = await bench.put(`systems/${index}.parquet`, "");
      await bench.store.exec(
        `COPY (SELECT ST_AsWKB('POINT (10.5 40.5)'::GEOMETRY) AS g) TO ${quoteLiteral(path)}
         (FORMAT parquet, KV_METADATA {geo: ${quoteLiteral(JSON.stringify(geo))}})`,
      );
    }
    const path = join(bench.folder, "systems");
    const systems = await bench.refusal(path, {}, { grid: globe });
    expect(systems.message).toMatch(/differ in CRS: EPSG:4326 in .*0\.parquet, EPSG:3035 in .*1\.parquet/);
  });

  it("is refused with a part that is not Parquet, is empty, or is text", async () => {
    await parquet("parted/1.parquet", `SELECT ${place}`);
    await bench.put("parted/README.md", "# Notes");
    const { cells, report } = await lay("parted");
    expect(cells).toEqual([[cell, 1]]);
    expect(report.read).toBe(1);
    const found = await findTableFiles(join(bench.folder, "parted"));
    expect(found.warnings).toEqual(["files of the folder that are not part of the table: README.md"]);
    await bench.put("parted/2.parquet", "");
    expect((await refusal("parted")).message).toContain("2.parquet: the file is not Parquet");
    await parquet("both/1.parquet", `SELECT ${place}`);
    await bench.put("both/2.csv", "lon,lat\n1,1\n");
    expect((await refusal("both")).message).toContain("the files are both Parquet and text");
    expect((await refusal("both/*")).message).toContain("the files are both Parquet and text");
    await mkdir(join(bench.folder, "empty"));
    expect((await refusal("empty")).message).toContain("this folder contains no table");
    expect((await refusal("nothing-*.csv")).message).toContain("no file matches");
  });
});

describe("a table in a folder of text", () => {
  it("is all of its files, each read by its own header, delimiter and encoding", async () => {
    await bench.put("texts/part-1.csv", "lon,lat,v\n10.5,40.5,1\n10.5,40.5,2\n");
    await bench.put("texts/part-2.csv.gz", gzipSync("v;lat;lon\n3;40.5;10.5\n"));
    await bench.put("texts/part-10.csv", '\ufefflat\tlon\tv\r\n40.5\t"10.5"\t4\r\n');
    for (const path of ["texts", "texts/part-*", "texts/**/*.csv*"]) {
      expect((await lay(path, { measure: "sum", value: "v" })).cells).toEqual([[cell, 10]]);
    }
    const report = (await lay("texts")).report;
    expect(report).toMatchObject({ read: 4, used: 4, warnings: [] });
  });

  it("has columns that the names of its folders hold, and numbers that stand for no value", async () => {
    await bench.put("years/year=2020/a.csv", "lon,lat\n10.5,40.5\n10.5,40.5\n");
    await bench.put("years/year=2021/a.csv", "lat,lon\n40.5,10.5\n");
    await bench.put("years/year=-1/a.csv", 'lat,lon\n40.5,"10.5"\n');
    const dataset = { measure: "mean", value: "year", nodataValues: { x: [], y: [], value: [-1] } } as const;
    const { cells, report } = await lay("years", dataset);
    expect(cells).toEqual([[cell, (2020 * 2 + 2021) / 3]]);
    expect(report.skipped).toEqual({ "value missing": 1 });
  });

  it("counts the faults of all files and names the first", async () => {
    await bench.put("faulty/1.csv", "lon,lat\n10.5,40.5\n");
    await bench.put("faulty/2.csv", "lon,lat\n10.5,40.5\n10.5\nx,40.5\n");
    await bench.put("faulty/3.csv", 'lon,lat\n"10.5",40.5\n"10.5"\n"y",40.5\n');
    const { cells, report } = await lay("faulty");
    expect(cells).toEqual([[cell, 3]]);
    expect(report.skipped).toMatchObject({ "coordinate is not a number": 2 });
    expect(report.warnings.at(-1)).toMatch(
      /^2 records left out: coordinate is not a number \(first in 2\.csv, line 4: "x", "40\.5"\)/,
    );
    const strict = await refusal("faulty", { strict: true });
    expect(strict.message).toMatch(/2\.csv, line \d/);
    await bench.put("faulty/4.csv", "longitude,lat\n10.5,40.5\n");
    expect((await refusal("faulty")).message).toContain('4.csv: column "lon" does not exist');
  });

  it("prefers tables to notes, and says what it passes by", async () => {
    await bench.put("notes/a.csv", "lon,lat\n10.5,40.5\n");
    await bench.put("notes/readme.txt", "a note\n");
    const { files, warnings } = await findTableFiles(join(bench.folder, "notes"));
    expect(files.map(({ path }) => path)).toEqual([join(bench.folder, "notes/a.csv")]);
    expect(warnings).toEqual(["files of the folder that are not part of the table: readme.txt"]);
  });
});

describe("numbers that stand for no value", () => {
  it.each([
    [
      "a.csv",
      "lon,lat,v,k\n10.5,40.5,-9999,7\n10.5,40.5,3,-9999.0\n10.5,40.5, -9999.00 ,7\n10.5,40.5,-1,8\n-9999,40.5,3,9\n",
    ],
    [
      "a.csv",
      '"lon","lat","v","k"\r\n10.5,40.5,-9999,7\r\n10.5,40.5,3,-9999.0\r\n10.5,40.5,"-9999.00",7\r\n10.5,40.5,-1,8\r\n-9999,40.5,3,9\r\n',
    ],
  ])("are neither values nor names nor coordinates of text", async (name, text) => {
    await bench.put(name, text);
    const nodataValues = { x: [-9999], y: [], value: [-9999, -1] };
    const { cells, report } = await lay(name, { measure: "mean", value: "v", nodataValues });
    expect(cells).toEqual([[cell, 3]]);
    expect(report.skipped).toEqual({ "coordinate missing": 1, "value missing": 3 });
    expect(report.warnings).toEqual([expect.stringMatching(/coordinate missing \(first in line 6/)]);
    const species = await lay(name, { measure: "species", species: "k", nodataValues });
    expect(species.cells).toEqual([[cell, 2]]);
  });

  it("are rounded as a column of singles rounds them", async () => {
    await parquet(
      "single.parquet",
      `SELECT ${place}, unnest([-9999.9, 5, -3.4028234663852886e38])::FLOAT AS v`,
    );
    await parquet("double.parquet", `SELECT ${place}, unnest([16777216, 16777217])::DOUBLE AS v`);
    const mean = (path: string, value: readonly number[]): ReturnType<typeof lay> =>
      lay(path, { measure: "mean", value: "v", nodataValues: { x: [], y: [], value } });
    expect((await mean("single.parquet", [-9999.9, -3.4028234663852886e38])).cells).toEqual([[cell, 5]]);
    expect((await mean("double.parquet", [16777217])).cells).toEqual([[cell, 16777216]]);
  });
});
