import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeGeoTiff } from "./geotiff.mjs";

/**
 * A study of float32 rasters, every pixel a cell: `columns` x `rows` cells of 0.001 degree and as many datasets as asked
 * for, a fiftieth of each nodata. Files that are there already are used again.
 * @param {string} folder
 * @param {{ columns: number, rows: number, datasets: number }} size
 * @param {Record<string, unknown>} [more] further keys of the configuration
 * @param {{ tile?: number, strip?: number }} [blocks] the file's blocks; tiles of 256 pixels unless given
 * @returns {Promise<string>} path of the configuration
 */
export async function writeWorkload(folder, { columns, rows, datasets }, more = {}, blocks = {}) {
  await mkdir(folder, { recursive: true });
  const bounds = [0, 0, columns / 1000, rows / 1000];
  const names = Array.from({ length: datasets }, (_, index) => `layer${index + 1}`);
  const entries = {};
  const form = Object.entries(blocks)
    .map((entry) => `-${entry.join("")}`)
    .join("");
  for (const [index, name] of names.entries()) {
    const path = join(folder, `${name}-${columns}x${rows}${form}.tif`);
    entries[name] = { path, resample: "near", dtype: "float32" };
    if (existsSync(path)) continue;
    const across = Float64Array.from({ length: columns }, (_, col) => 200 * Math.sin(col / 300 + index));
    const down = Float64Array.from({ length: rows }, (_, row) => Math.cos(row / 500));
    const value = (col, row) =>
      (col + 3 * row) % 50 === index ? -9999 : Math.round(across[col] * down[row] * 10) / 10;
    await writeGeoTiff(`${path}.partial`, { width: columns, height: rows, bounds, value, ...blocks });
    await rename(`${path}.partial`, path);
  }
  const config = { grid: { crs: "EPSG:4326", resolution: 0.001, bounds }, datasets: entries, ...more };
  const file = join(folder, `${columns}x${rows}-${datasets}${form}.yml`);
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}
