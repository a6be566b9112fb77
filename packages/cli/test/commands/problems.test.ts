import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command, type Told } from "./in-process.js";
import { fixture, inFolder } from "./quadrat.js";

const grid = "grid: {crs: EPSG:4326, resolution: 0.5, bounds: [-10, 45, 0, 50]}";

async function told(text: string, name = "run"): Promise<Told> {
  return inFolder(async (folder) => {
    await copyFile(fixture("elevation.tif"), join(folder, "a.tif"));
    await writeFile(join(folder, "config.yml"), text);
    return command(name, "--config", join(folder, "config.yml"));
  });
}

/** The lines of a message with the folder taken off. */
const lines = ({ stderr }: Told): string[] =>
  stderr.split("\n").map((line) => line.trim().replaceAll(/\S*\/quadrat-[^/]+\//g, ""));

const starting = (start: string): unknown => expect.stringContaining(start);

it("says of an address what to do, and not that there is no such file", async () => {
  const found = await told(`${grid}
mask: {path: "https://host/study.gpkg"}
datasets:
  far: {path: "https://host/records.csv"}
  secret: {path: "https://me:hunter2@host/cog.tif"}
`);
  expect(found.code).toBe(2);
  expect(lines(found).filter((line) => line.includes("path:"))).toEqual([
    starting(
      "config.yml:2:14: mask.path: polygons are read from files: of addresses only GeoTIFF is read; download it",
    ),
    starting(
      "config.yml:4:15: datasets.far.path: tables are read from files: of addresses only GeoTIFF is read; download",
    ),
    starting("config.yml:5:18: datasets.secret.path: the address contains a user name or password"),
  ]);
  expect(found.stdout + found.stderr).not.toContain("hunter2");
});

describe("problems are told all at once", () => {
  it.each(["run", "validate", "plan"])("of inputs, by %s", async (name) => {
    const found = await told(
      `${grid}
datasets:
  missing: {path: no.tif}
  banded: {path: a.tif, band: 4}
  placed: {path: a.tif, crs: EPSG:99999}
  good: {path: a.tif}
  folder: {path: ., kind: raster, source: geotiff}
`,
      name,
    );
    expect(found.code).toBe(2);
    expect(lines(found)).toEqual(
      expect.arrayContaining([
        starting("config.yml has 4 problems"),
        starting("config.yml:3:3: datasets.missing: no.tif: the file does not exist"),
        starting("config.yml:4:25: datasets.banded.band: band 4 does not exist"),
        starting("config.yml:5:25: datasets.placed.crs: "),
        starting("config.yml:7:3: datasets.folder: "),
      ]),
    );
  });

  it("of a single input with the line of its entry", async () => {
    const found = await told(`${grid}\ndatasets:\n  missing: {path: no.tif}\n`);
    expect(found.code).toBe(2);
    expect(lines(found)).toContainEqual(starting("config.yml:3, dataset missing"));
  });

  it.each(["EPSG:99999", "bogus", "+proj=foo"])("of the grid's coordinate system %s", async (crs) => {
    const found = await told(
      `grid:\n  crs: ${crs}\n  resolution: 1\n  bounds: [0, 0, 1, 1]\ndatasets: {a: {path: a.tif}}\n`,
    );
    expect(found.code).toBe(2);
    expect(lines(found)).toContainEqual(starting("config.yml:2, grid.crs"));
  });

  it("of exporters and their options, a line each", async () => {
    const found = await told(
      `${grid}
datasets: {a: {path: a.tif}}
export:
  formats:
    - parqet
    - {use: csv, compres: true}
    - {use: parquet, compression: zst, row_group_size: 1}
`,
    );
    expect(found.code).toBe(2);
    expect(lines(found)).toEqual(
      expect.arrayContaining([
        starting('config.yml:5:7: export.formats[0]: there is no exporter "parqet"; did you mean "parquet"?'),
        starting(
          'export.formats[1].compres: not an option of exporter "csv"; did you mean compress? allowed: compress',
        ),
        starting('export.formats[2].compression: found "zst"; allowed: zstd, snappy'),
        starting("export.formats[2].row_group_size: found 1; "),
      ]),
    );
    expect(found.stderr).not.toContain('"code"');
  });

  it("of the file, its exporters, coordinate systems, plugins and missing files", async () => {
    const found = await told(
      `grid: {crs: EPSG:99999, resolution: 0, bounds: [-10, 45, 0, 50]}
datasets: {a: {path: no.tif}}
merge: {jion: inner}
export: {formats: [parqet]}
`,
    );
    expect(lines(found).join("\n")).toMatch(
      /has 5 problems[^]*grid\.crs[^]*resolution[^]*no\.tif[^]*did you mean join[^]*"parquet"/,
    );
    const plugins = await told(`${grid}\ndatasets: {a: {path: a.tif}}\nplugins: [no-one, ./none.mjs]\n`);
    expect(plugins.code).toBe(2);
    expect(plugins.stderr).toMatch(
      /plugins\[0\]: package no-one can't be found[^]*plugins\[1\]: file .* does not exist/,
    );
  });
});
