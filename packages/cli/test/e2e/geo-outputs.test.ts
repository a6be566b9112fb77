import { execFileSync, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, it } from "vitest";
import { byPlace, inFolder, readCsv, run, type Configuration } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

const python = "/usr/bin/python3";
const hasGeopandas = spawnSync(python, ["-c", "import geopandas"], { stdio: "ignore" }).status === 0;
const hasTerra = spawnSync("Rscript", ["-e", "library(terra)"], { stdio: "ignore" }).status === 0;
const hasRasterio = spawnSync(python, ["-c", "import rasterio"], { stdio: "ignore" }).status === 0;

/** The values of all bands at the centres of cells, by their names, as rasterio reads them. */
const script = `
import json, sys, numpy, rasterio
with rasterio.open(sys.argv[1]) as file:
    rows = []
    bands = [file.read(i + 1).astype("float64") for i in range(file.count)]
    for row in range(file.height):
        for column in range(file.width):
            x, y = file.xy(row, column)
            values = [band[row, column] for band in bands]
            rows.append([x, y, *[None if numpy.isnan(v) else v for v in values]])
    print(json.dumps({"names": file.descriptions, "rows": rows}))
`;

const datasets = {
  fine: { path: "fine.tif" },
  "a class": { path: "fine.tif", resample: "near" },
  records: { path: "points.csv", measure: "records" },
};

const config = (grid: object, more: Configuration = {}): Configuration => ({
  grid,
  datasets,
  cells: ["area"],
  merge: { join: "outer" },
  export: { directory: "out", formats: ["csv", "geotiff", { use: "geoparquet", geometry: "polygon" }] },
  ...more,
});

async function inputs(folder: string): Promise<void> {
  await writeTiff(join(folder, "fine.tif"), {
    ...{ width: 90, height: 70, epsg: 4326, geographic: true },
    ...{ origin: [0, 45], pixel: [0.2, 0.2], nodata: -9999 },
    value: (col: number, row: number) => (col % 7 < 2 ? -9999 : Math.fround((col * 31 + row * 17) / 7)),
  });
  const points = Array.from(
    { length: 300 },
    (_, i) => `${((i * 7919) % 1700) / 100},${31 + ((i * 104_729) % 1300) / 100}`,
  );
  await writeFile(join(folder, "points.csv"), `decimalLongitude,decimalLatitude\n${points.join("\n")}\n`);
}

const grids: [string, { crs: string; resolution: number; bounds: number[] }][] = [
  ["longitude and latitude", { crs: "EPSG:4326", resolution: 0.5, bounds: [-1, 30, 20, 46] }],
  ["projected", { crs: "EPSG:3035", resolution: 40_000, bounds: [3_400_000, 400_000, 5_000_000, 2_000_000] }],
];

it.skipIf(!hasRasterio).each(grids)(
  "a run writes the values of the CSV as a GeoTIFF that rasterio reads, on a grid: %s",
  async (_, grid) => {
    await inFolder(async (folder) => {
      await inputs(folder);
      await run(folder, config(grid));
      const wanted = byPlace(await readCsv(join(folder, "out/merged.csv")));
      const output = execFileSync(python, ["-c", script, join(folder, "out/merged.tif")], {
        maxBuffer: 1 << 28,
      });
      const found = JSON.parse(output.toString()) as { names: string[]; rows: (number | null)[][] };
      const columns = found.names;
      expect(columns).toEqual(Object.keys([...wanted.values()][0]!).slice(2));
      let rows = 0;
      for (const [x, y, ...values] of found.rows) {
        const row = wanted.get(`${x!.toFixed(6)} ${y!.toFixed(6)}`);
        if (row) rows++;
        // The nearest value is a float32, of which the CSV has the shortest decimal.
        const exact = (name: string, text: string) =>
          name === "a class" ? Math.fround(Number(text)) : Number(text);
        const texts = columns.map((name) => [name, row?.[name] ?? ""] as const);
        expect(values).toEqual(texts.map(([name, text]) => (text === "" ? null : exact(name, text))));
      }
      expect(rows).toBe(wanted.size);
    });
  },
);

/** The values of all bands in the cells of points, as terra reads them. */
const terraScript = `
library(terra)
folder <- commandArgs(trailingOnly = TRUE)[1]
table <- read.csv(file.path(folder, "merged.csv"), check.names = FALSE)
image <- rast(file.path(folder, "merged.tif"))
found <- extract(image, as.matrix(table[c("x", "y")]))
names(found) <- names(image)
stopifnot(identical(names(found), names(table)[-(1:2)]))
for (name in names(found)) {
  stopifnot(identical(is.na(found[[name]]), is.na(table[[name]])))
  # The file's type is that of most digits; a float32 is shorter in text.
  stopifnot(all(abs(found[[name]] - table[[name]]) <= 1e-7 * abs(table[[name]]), na.rm = TRUE))
}
stopifnot(sum(!is.na(values(image[[1]]))) == nrow(table))
stopifnot(crs(image, describe = TRUE)$code == "CODE")
cat("equal", nrow(table))
`;

it.skipIf(!hasTerra).each(grids)(
  "terra reads the values of the CSV from the GeoTIFF: %s",
  async (_, grid) => {
    await inFolder(async (folder) => {
      await inputs(folder);
      await run(folder, config(grid));
      const script = terraScript.replace("CODE", grid.crs.replace("EPSG:", ""));
      const told = execFileSync("Rscript", ["-e", script, join(folder, "out")], { encoding: "utf8" });
      expect(told).toBe(`equal ${(await readCsv(join(folder, "out/merged.csv"))).length}`);
    });
  },
);

/** What geopandas makes of the bytes of geometries and of the coordinate system that the file states. */
const geometryScript = `
import json, sys, geopandas, numpy, pyproj
given = json.load(open(sys.argv[1]))
frame = geopandas.GeoSeries.from_wkb([bytes.fromhex(text) for text in given["wkb"]], crs=given["crs"])
assert frame.crs == pyproj.CRS(given["grid"]["crs"]), frame.crs
assert frame.is_valid.all() and (frame.geom_type == "Polygon").all()
x, y = numpy.array(given["x"]), numpy.array(given["y"])
half = given["grid"]["resolution"] / 2
wanted = numpy.column_stack([x - half, y - half, x + half, y + half])
assert numpy.abs(frame.bounds.to_numpy() - wanted).max() <= 1e-12 * numpy.abs(wanted).max()
assert numpy.allclose(frame.area, 4 * half * half, rtol=1e-9)
print(len(frame), "equal")
`;

it.skipIf(!hasGeopandas).each(grids)(
  "geopandas makes the cells of the CSV of GeoParquet: %s",
  async (_, grid) => {
    await inFolder(async (folder) => {
      await inputs(folder);
      await run(folder, config(grid));
      const path = join(folder, "out/merged.geoparquet").replaceAll("'", "''");
      const wanted = await readCsv(join(folder, "out/merged.csv"));
      // Without DuckDB's own geometries: the bytes that are in the file.
      const instance = await DuckDBInstance.create();
      const connection = await instance.connect();
      await connection.run("SET enable_geoparquet_conversion = false");
      const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
      const found = await rows(
        `SELECT * EXCLUDE (geometry, bbox), hex(geometry) AS wkb FROM read_parquet('${path}')`,
      );
      const [geo] = await rows(
        `SELECT decode(value) AS text FROM parquet_kv_metadata('${path}') WHERE key::VARCHAR = 'geo'`,
      );
      connection.closeSync();
      instance.closeSync();
      const names = Object.keys(wanted[0]!);
      const number = (text: string): number | null => (text === "" ? null : Number(text));
      const single = (name: string, value: unknown) =>
        value === null ? null : name === "a class" ? Math.fround(Number(value)) : Number(value);
      expect(found.map((row) => names.map((name) => single(name, row[name])))).toEqual(
        wanted.map((row) => names.map((name) => single(name, number(row[name]!)))),
      );
      const { columns } = JSON.parse(geo!["text"] as string) as { columns: { geometry: { crs: object } } };
      const given = {
        grid,
        crs: columns.geometry.crs,
        ...{ wkb: found.map(({ wkb }) => wkb), x: found.map(({ x }) => x), y: found.map(({ y }) => y) },
      };
      await writeFile(join(folder, "given.json"), JSON.stringify(given));
      const told = execFileSync(python, ["-c", geometryScript, join(folder, "given.json")], {
        encoding: "utf8",
      });
      expect(told.trim()).toBe(`${wanted.length} equal`);
    });
  },
);

/** Debian has geopandas without pyarrow, by which it reads Parquet: `QUADRAT_PYTHON` may name a Python that has both. */
const pythonWithParquet = [process.env["QUADRAT_PYTHON"] ?? python].find(
  (program) => spawnSync(program, ["-c", "import geopandas, pyarrow"], { stdio: "ignore" }).status === 0,
);

const frameScript = `
import sys, geopandas, numpy, pandas
table = pandas.read_csv(sys.argv[1] + "/merged.csv")
frame = geopandas.read_parquet(sys.argv[1] + "/merged.geoparquet")
assert frame.crs is not None and frame.geometry.is_valid.all()
for name in table.columns:
    ours, csv = frame[name].to_numpy(dtype=float), table[name].to_numpy(dtype=float)
    assert numpy.array_equal(numpy.isnan(ours), numpy.isnan(csv)), name
    assert numpy.nanmax(numpy.abs(ours - csv) / numpy.maximum(1, numpy.abs(csv))) < 1e-7, name
x, y = frame.geometry.centroid.x, frame.geometry.centroid.y
assert numpy.allclose(x, table.x, rtol=1e-12) and numpy.allclose(y, table.y, rtol=1e-12)
print(len(frame), "equal")
`;

it.skipIf(!pythonWithParquet).each(grids)(
  "geopandas.read_parquet reads the table of the CSV: %s",
  async (_, grid) => {
    await inFolder(async (folder) => {
      await inputs(folder);
      await run(folder, config(grid));
      const told = execFileSync(
        pythonWithParquet!,
        ["-W", "ignore", "-c", frameScript, join(folder, "out")],
        {
          encoding: "utf8",
        },
      );
      expect(told.trim()).toBe(`${(await readCsv(join(folder, "out/merged.csv"))).length} equal`);
    });
  },
);

it("reads its own GeoTIFF back", async () => {
  await inFolder(async (folder) => {
    await inputs(folder);
    const grid = { crs: "EPSG:4326", resolution: 0.5, bounds: [-1, 30, 20, 46] };
    await run(folder, config(grid));
    const again = {
      grid,
      datasets: { fine: { path: "out/merged.tif", band: 2, resample: "near" } },
      export: { directory: "again", formats: ["csv"] },
    };
    await run(folder, again);
    const wanted = (await readCsv(join(folder, "out/merged.csv"))).filter((row) => row["fine"] !== "");
    const found = await readCsv(join(folder, "again/merged.csv"));
    expect(found.filter((row) => row["fine"] !== "")).toEqual(
      wanted.map(({ x, y, fine }) => ({ x, y, fine })),
    );
  });
});
