import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeGeoTiff } from "./geotiff.mjs";

export const nodata = -9999;

/**
 * Layers of the whole globe as climate models give them: float32 with digits to the last bit, smooth with some roughness,
 * nodata over seas that cover three tenths, the same for all layers but for their coasts.
 * @param {string} folder where they are kept; those that are there already are used again
 * @param {{ width: number, height: number, count: number }} size
 * @returns {Promise<string[]>} their paths
 */
export async function writeLayers(folder, { width, height, count }) {
  await mkdir(folder, { recursive: true });
  const paths = [];
  for (let index = 0; index < count; index++) {
    const path = join(folder, `globe-${width}x${height}-${index + 1}.tif`);
    paths.push(path);
    if (existsSync(path)) continue;
    await writeGeoTiff(`${path}.partial`, {
      ...{ width, height, bounds: [-180, -90, 180, 90], nodata },
      value: globe(width, height, index),
    });
    await rename(`${path}.partial`, path);
  }
  return paths;
}

/**
 * Land cover of the globe in bytes, 16 classes in patches and a little speckle, 0 (nodata) over the same seas as those of
 * `writeLayers`: tiles, deflate, no predictor.
 */
export async function writeCovers(folder, { width, height, count }) {
  await mkdir(folder, { recursive: true });
  const paths = [];
  for (let index = 0; index < count; index++) {
    const path = join(folder, `cover-${width}x${height}-${index + 1}.tif`);
    paths.push(path);
    if (existsSync(path)) continue;
    const layer = globe(width, height, index);
    const cover = (col, row) => {
      const value = layer(col, row);
      if (value === nodata) return 0;
      const speckle = hash(col, row, index + 100) > 0.9 ? 1 : 0;
      return 1 + ((Math.floor(value / 3) + speckle + 160) % 16);
    };
    await writeGeoTiff(`${path}.partial`, {
      ...{ width, height, bounds: [-180, -90, 180, 90], nodata: 0, type: "uint8" },
      value: cover,
    });
    await rename(`${path}.partial`, path);
  }
  return paths;
}

/** The value of each pixel of a layer. */
export function globe(width, height, index) {
  const wave = (count, waves, shift) =>
    Float64Array.from({ length: count }, (_, i) => Math.sin((i / count) * 2 * Math.PI * waves + shift));
  const [a, b, c, d] = [wave(width, 3, 0.4), wave(height, 2, 1.1), wave(width, 11, 2), wave(height, 7, 0.3)];
  const [e, f] = [wave(width, 2 + index, index), wave(height, 1 + index / 2, 2 * index)];
  return (col, row) => {
    const land = a[col] * b[row] + 0.4 * c[col] * d[row] + 0.1 + 0.002 * e[col];
    if (land < -0.13) return nodata;
    return 15 * (e[col] + f[row]) + 6 * land + 0.2 * hash(col, row, index);
  };
}

/** From -1 to 1, the same on every machine. */
function hash(col, row, index) {
  let h = Math.imul(col, 0x9e3779b1) ^ Math.imul(row, 0x85ebca77) ^ Math.imul(index + 1, 0xc2b2ae3d);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h ^= h >>> 13;
  return (h >>> 0) / 2 ** 31 - 1;
}

/** A configuration of these layers; returns its path. */
export async function writeStudy(
  file,
  grid,
  paths,
  { resample = "average", dtype = "float32", ...more } = {},
) {
  const datasets = Object.fromEntries(
    paths.map((path, index) => [`layer${index + 1}`, { path, resample, ...(dtype && { dtype }) }]),
  );
  await writeFile(file, `${JSON.stringify({ grid, datasets, ...more }, null, 2)}\n`);
  return file;
}
