import { open } from "node:fs/promises";
import { QuadratError } from "@quadrat/core/base";
import { mostHeaderBytes, parseHeader } from "./header.js";
import { indexRows } from "./row-index.js";

/**
 * Opens an Esri ASCII grid. It is a module of its own, without `@quadrat/core`, so that threads start quickly.
 * @param {{ path: string, crs?: string, nodata?: number | null }} argument `nodata`: instead of the file's own; null: none
 * @returns a `RasterSource`
 */
export async function openAsciiGrid({ path, crs, nodata }) {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostHeaderBytes), 0, mostHeaderBytes, 0);
    const header = parseHeader(buffer.subarray(0, bytesRead), path);
    const offsets = await indexRows(file, path, header);
    return asRaster(file, path, header, offsets, crs, nodata === undefined ? header.nodata : nodata);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function asRaster(file, path, { columns, rows, cellsize, x, y }, offsets, crs, nodata) {
  /** The numbers `[col, col + width)` of one row, which alone is in memory. */
  async function readRow(row, col, target) {
    const length = offsets[row + 1] - offsets[row];
    const { buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, offsets[row]);
    const texts = buffer.toString("latin1").trim().split(/\s+/);
    for (let i = 0; i < target.length; i++) {
      const text = texts[col + i];
      const value = Number(text);
      if (Number.isNaN(value) && !/^[-+]?nan$/i.test(text)) {
        throw new QuadratError(
          "input",
          `${path}: row ${row + 1}, column ${col + i + 1} is ${text}, which is not a number`,
          {
            place: { file: path },
          },
        );
      }
      target[i] = value === nodata ? NaN : value;
    }
  }
  return {
    width: columns,
    height: rows,
    affine: { a: cellsize, b: 0, c: x, d: 0, e: -cellsize, f: y + rows * cellsize },
    crs,
    dataType: "float64",
    blockSize: { width: columns, height: 1 },
    warnings: [],
    async read(window) {
      const { col, row, width, height } = window;
      const data = new Float64Array(width * height);
      for (let i = 0; i < height; i++) await readRow(row + i, col, data.subarray(i * width, (i + 1) * width));
      return { window, data };
    },
    close: () => file.close(),
  };
}
