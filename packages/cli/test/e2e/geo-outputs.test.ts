import { execFileSync, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { byPlace, inFolder, readCsv, run, type Configuration } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

const python = "/usr/bin/python3";
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

it.skipIf(!hasRasterio).each([
  ["longitude and latitude", { crs: "EPSG:4326", resolution: 0.5, bounds: [-1, 30, 20, 46] }],
  ["projected", { crs: "EPSG:3035", resolution: 40_000, bounds: [3_400_000, 400_000, 5_000_000, 2_000_000] }],
])("a run writes the values of the CSV as a GeoTIFF that rasterio reads, on a grid: %s", async (_, grid) => {
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
});

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
