import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command } from "../e2e/support/one-process.js";
import type { Ended } from "../e2e/support/quadrat.js";
import { writeTiff } from "../e2e/support/tiff.js";

/** Smooth values with holes, from integers alone. */
const wave = (col: number, row: number): number =>
  (col * 7 + row * 13) % 41 === 0 ? -9999 : Math.fround(((col * 31 + row * 17) % 1000) / 7 + col / 100);

/** A raster on the grid's axes, one in another CRS, classes, and a table. */
export async function writeInputs(folder: string): Promise<void> {
  await writeTiff(join(folder, "fine.tif"), {
    width: 900,
    height: 700,
    epsg: 4326,
    geographic: true,
    origin: [0, 45],
    pixel: [0.02, 0.02],
    nodata: -9999,
    value: wave,
  });
  await writeTiff(join(folder, "metres.tif"), {
    width: 500,
    height: 500,
    epsg: 3857,
    geographic: false,
    origin: [-200_000, 5_700_000],
    pixel: [4000, 4000],
    nodata: -9999,
    value: wave,
  });
  await writeTiff(join(folder, "classes.tif"), {
    width: 600,
    height: 360,
    epsg: 4326,
    geographic: true,
    origin: [-1, 46],
    pixel: [0.05, 0.05],
    nodata: -9999,
    value: (col, row) => ((col >> 3) * 5 + (row >> 2) * 3) % 11,
  });
  const points = Array.from(
    { length: 4000 },
    (_, i) => `${((i * 7919) % 2900) / 100},${30 + ((i * 104_729) % 1600) / 100},${(i % 97) / 7},sp${i % 11}`,
  );
  await writeFile(
    join(folder, "points.csv"),
    `decimalLongitude,decimalLatitude,mass,species\n${points.join("\n")}\n`,
  );
}

export const grid = { crs: "EPSG:4326", resolution: 0.1, bounds: [-1, 28, 29, 46] };
export const height = 180;

export const datasets = {
  fine: { path: "fine.tif", type: "continuous" },
  metres: { path: "metres.tif", resample: "average", fill: -1 },
  metres_cubic: { path: "metres.tif", resample: "cubic" },
  classes: { path: "classes.tif", type: "categorical" },
  richness: { path: "points.csv", species: "species", measure: "species", keep: ["mass"] },
  mass: { path: "points.csv", value: "mass", measure: "mean" },
  kinds: { path: "points.csv", species: "species", measure: "records", expand: "species", top: 3 },
  ratio: { sql: "SELECT cell, a.value / b.value AS value FROM fine a JOIN metres b USING (cell)" },
  ranked: { sql: "SELECT cell, rank() OVER (ORDER BY value, cell) AS value FROM mass" },
} as const;

export type Configuration = Readonly<Record<string, unknown>>;

export const study = (directory: string, more: Configuration = {}): Configuration => ({
  grid,
  datasets,
  export: {
    formats: ["csv", { use: "csv", compress: true }, "parquet", "arrow", "geoparquet", "geotiff"],
    directory,
  },
  prediction: { learn: false },
  ...more,
});

export async function writeConfig(folder: string, name: string, config: Configuration): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(config, null, 1));
  return file;
}

/** Runs a command that has to succeed. */
export async function must(...args: string[]): Promise<Ended> {
  const told = await command(args);
  if (told.code !== 0) throw new Error(`quadrat ${args.join(" ")} ended with ${told.code}:\n${told.stderr}`);
  return told;
}

/** SHA-256 of every output by file name, the metadata included but not the store. */
export async function hashes(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of (await readdir(directory)).sort()) {
    if (name.endsWith(".duckdb")) continue;
    found[name] = createHash("sha256")
      .update(await readFile(join(directory, name)))
      .digest("hex");
  }
  return found;
}
