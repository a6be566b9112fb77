import { readFileSync } from "node:fs";

/** A merged CSV as a grid: `rows` from the north, and for each column of data an array of values, NaN where NULL. */
export function readGrid(file) {
  const [header, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  const names = header.split(",");
  const records = lines.map((line) => line.split(",").map((field) => (field === "" ? NaN : Number(field))));
  const xs = axis(records.map((record) => record[0]));
  const ys = axis(records.map((record) => record[1]));
  const size = xs[1] - xs[0];
  const [width, height] = [xs, ys].map((values) => Math.round((values.at(-1) - values[0]) / size) + 1);
  const columns = Object.fromEntries(
    names.slice(2).map((name) => [name, new Float64Array(width * height).fill(NaN)]),
  );
  for (const [x, y, ...values] of records) {
    const cell = Math.round((ys.at(-1) - y) / size) * width + Math.round((x - xs[0]) / size);
    values.forEach((value, index) => (columns[names[index + 2]][cell] = value));
  }
  return { width, height, size, west: xs[0] - size / 2, north: ys.at(-1) + size / 2, columns };
}

function axis(values) {
  return [...new Set(values)].sort((a, b) => a - b);
}
