import { QuadratError } from "@quadrat/core/base";

const keys = new Set([
  ...["ncols", "nrows", "xllcorner", "xllcenter", "yllcorner", "yllcenter"],
  ...["cellsize", "nodata_value"],
]);

/** Headers are a few lines; a longer text is something else. */
export const mostHeaderBytes = 4096;

/**
 * Reads the header from the first bytes of a file.
 * @returns columns, rows, cell size, the outer corner in the south-west, the value for nodata, and where the numbers begin
 * @throws QuadratError of kind "input" that names the file, the line and the fault
 */
export function parseHeader(bytes, path) {
  const text = bytes.toString("latin1");
  const found = {};
  let start = 0;
  for (let line = 1; ; line++) {
    const match = /^[^\S\n]*([a-z_]+)[^\S\n]+(\S+)[^\S\n]*(?:\n|$)|^[^\S\n]*\n/i.exec(text.slice(start));
    if (!match) break;
    start += match[0].length;
    if (match[1] === undefined) continue;
    const [key, value] = [match[1].toLowerCase(), Number(match[2])];
    if (!keys.has(key))
      throw fault(path, line, `${match[1]} is not a key of an ASCII grid; allowed: ${[...keys].join(", ")}`);
    if (key in found) throw fault(path, line, `${match[1]} was given twice`);
    if (Number.isNaN(value) && key !== "nodata_value")
      throw fault(path, line, `${match[1]} is ${match[2]}, which is not a number`);
    found[key] = value;
  }
  const { ncols, nrows, cellsize, nodata_value: nodata = -9999 } = found;
  const corner = (axis) => found[`${axis}llcorner`] ?? found[`${axis}llcenter`] - cellsize / 2;
  for (const [key, value] of Object.entries({ ncols, nrows })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw fault(path, 1, `${key} is ${value}; a whole number above 0 is needed`);
  }
  if (!(cellsize > 0)) throw fault(path, 1, `cellsize is ${cellsize}; a number above 0 is needed`);
  const [x, y] = [corner("x"), corner("y")];
  if (!Number.isFinite(x) || !Number.isFinite(y)) {
    throw fault(path, 1, "the corner is missing: xllcorner or xllcenter, and yllcorner or yllcenter");
  }
  return { columns: ncols, rows: nrows, cellsize, x, y, nodata, start };
}

export function fault(path, line, message) {
  return new QuadratError("input", `${path}: ${message}`, { place: { file: path, line } });
}
