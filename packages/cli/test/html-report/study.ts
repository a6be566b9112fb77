import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PageData } from "../../src/html-report/page-types.js";
import { command } from "../commands/in-process.js";
import { writeTiff } from "../e2e/support/tiff.js";

export const width = 60;
export const height = 40;

/** Two rasters, one of which does not cover the grid, classes, and records of which some lie outside. */
export async function makeStudy(
  folder: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const raster = {
    epsg: 4326,
    geographic: true,
    pixel: [0.5, 0.5],
    nodata: -9999,
  } as const;
  await writeTiff(join(folder, "warm.tif"), {
    ...raster,
    width,
    height,
    origin: [0, 20],
    value: (col, row) => (col > 50 && row > 30 ? -9999 : Math.fround(Math.sin(col / 9) * 20 + row / 3)),
  });
  await writeTiff(join(folder, "wet.tif"), {
    ...raster,
    width: width - 10,
    height,
    origin: [0, 20],
    value: (col, row) => ((col + row) % 9 === 0 ? -9999 : Math.fround(col * 3.5 + row)),
  });
  await writeTiff(join(folder, "cover.tif"), {
    ...raster,
    width,
    height,
    origin: [0, 20],
    value: (col, row) => 10 * (1 + ((col >> 3) % 4)) + ((row >> 4) % 2),
  });
  const records = Array.from({ length: 500 }, (_, i) => {
    const [x, y] = [((i * i) % 97) * 0.34, ((i * i * i) % 11) * 1.8];
    return `${x},${y},species ${i % 17}`;
  });
  await writeFile(
    join(folder, "birds.csv"),
    `decimalLongitude,decimalLatitude,species\n${records.join("\n")}\n`,
  );
  const config = {
    grid: { crs: "EPSG:4326", resolution: 0.5, bounds: [0, 0, 30, 20] },
    datasets: {
      warm: { path: "warm.tif", resample: "near" },
      wet: { path: "wet.tif", resample: "near" },
      cover: { path: "cover.tif", type: "categorical", resample: "near" },
      birds: { path: "birds.csv", kind: "occurrences", measure: "records" },
    },
    export: { directory: "out", report: true },
    prediction: { learn: false },
    ...changes,
  };
  await writeFile(join(folder, "config.yml"), JSON.stringify(config));
}

/** Runs a command from the sources; fails with what it printed unless it exits 0. */
export async function succeed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command(...args);
  if (code !== 0) throw new Error(`quadrat ${args.join(" ")} ended with ${code}:\n${stderr}`);
  return stdout;
}

export async function pageDataOf(file: string): Promise<PageData> {
  const text = await readFile(file, "utf8");
  const found = /<script type="application\/json" id="data">([^]*?)<\/script>/.exec(text);
  return JSON.parse(found![1]!) as PageData;
}
