/**
 * 100 million cells of two rasters, streamed to csv.gz: the peak resident set of the whole command.
 * Usage: node bench/large-grid.mjs [folder] [cells per side, default 10000] [memory limit, default 900MB]
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeGeoTiff } from "./geotiff.mjs";

const [folder = join(tmpdir(), "quadrat-bench"), side = "10000", limit = "900MB"] = process.argv.slice(2);
const size = Number(side);
const bounds = [0, 0, size / 1000, size / 1000];
await mkdir(folder, { recursive: true });
for (const [index, name] of ["a", "b"].entries()) {
  const path = join(folder, `${name}-${size}.tif`);
  if (existsSync(path)) continue;
  const value = (col, row) =>
    (col + 3 * row) % 50 === index
      ? -9999
      : Math.round(200 * Math.sin(col / 300 + index) * Math.cos(row / 500) * 10) / 10;
  await writeGeoTiff(path, { width: size, height: size, bounds, value });
}
const config = {
  grid: { crs: "EPSG:4326", resolution: 0.001, bounds },
  datasets: {
    a: { path: `a-${size}.tif`, resample: "near" },
    b: { path: `b-${size}.tif`, resample: "near" },
  },
  merge: { enable_streaming: true },
  export: { compress: true, directory: `out-${size}` },
  memory: { limit },
};
const file = join(folder, `large-${size}.yml`);
await writeFile(file, JSON.stringify(config));
const command = fileURLToPath(new URL("../packages/cli/bin/quadrat.js", import.meta.url));
const ended = spawnSync(
  "/usr/bin/time",
  ["-v", process.execPath, command, "run", "--config", file, "--fresh", "--json"],
  {
    encoding: "utf8",
  },
);
const figure = (label) => ended.stderr.match(new RegExp(`${label}.*: (.*)`))?.[1];
if (ended.status !== 0) throw new Error(ended.stderr);
const report = JSON.parse(ended.stdout);
console.table({
  cells: size * size,
  rows: report.rows,
  "peak resident set, MB": Math.round(Number(figure("Maximum resident set size")) / 1024),
  "wall time": figure("Elapsed"),
  "file, MB": Math.round(report.files[0].bytes / 1e6),
  stages: report.stages.map(({ name, seconds }) => `${name} ${seconds.toFixed(1)} s`).join(", "),
});
