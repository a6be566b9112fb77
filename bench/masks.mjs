/**
 * What a mask spares: rasters of the globe as a whole, and within a mask of 3 % of its cells: one region, and many that lie scattered.
 *
 *   node bench/masks.mjs [--columns 21600] [--layers 2] [--limit 512MB] [--format parquet] [--folder DIR]
 *
 * The aim: a tenth of the time of the whole.
 */
import { existsSync, rmSync, writeFileSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine } from "./arguments.mjs";
import { writeGeoTiff } from "./geotiff.mjs";
import { megabytes, quadrat } from "./measure.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    columns: { type: "string", default: "21600" },
    layers: { type: "string", default: "2" },
    limit: { type: "string", default: "512MB" },
    format: { type: "string", default: "parquet" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench-masks") },
  },
});
const { folder } = values;
const width = Number(values.columns);
const height = width / 2;
const bounds = [-180, -90, 180, 90];
mkdirSync(folder, { recursive: true });

const datasets = {};
for (let layer = 1; layer <= Number(values.layers); layer++) {
  const path = join(folder, `globe-${width}-${layer}.tif`);
  datasets[`layer${layer}`] = { path, resample: "near" };
  if (existsSync(path)) continue;
  const across = Float64Array.from({ length: width }, (_, col) => 200 * Math.sin(col / 300 + layer));
  const down = Float64Array.from({ length: height }, (_, row) => Math.cos(row / 500));
  const value = (col, row) =>
    (col + 3 * row) % 50 === layer ? -9999 : Math.round(across[col] * down[row] * 10) / 10;
  await writeGeoTiff(`${path}.partial`, { width, height, bounds, value });
  renameSync(`${path}.partial`, path);
}

const square = (west, south, across, along) => {
  const [east, north] = [west + across, south + along];
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
};
const collection = (rings) =>
  JSON.stringify({
    type: "FeatureCollection",
    features: rings.map((ring) => ({
      type: "Feature",
      properties: {},
      geometry: { type: "Polygon", coordinates: [ring] },
    })),
  });
// 1944 of 64800 square degrees.
const masks = {
  "one region": [square(-80, -40, 36, 54)],
  scattered: Array.from({ length: 486 }, (_, i) =>
    square(-180 + (i % 27) * 13.3, -88 + Math.floor(i / 27) * 9.7, 2, 2),
  ),
};
const table = [];
const run = async (name, mask) => {
  const config = join(folder, "config.yml");
  writeFileSync(
    config,
    JSON.stringify({
      grid: { crs: "EPSG:4326", resolution: 360 / width, bounds },
      datasets,
      ...(mask && { mask: { path: mask } }),
      export: { formats: [values.format], directory: join(folder, "output") },
      memory: { limit: values.limit },
      prediction: { learn: false },
    }),
  );
  const { report, seconds, cpuSeconds, peakBytes } = await quadrat(["run", "--config", config, "--fresh"]);
  const stages = Object.fromEntries(
    report.stages.map((stage) => [stage.name, Number(stage.seconds.toFixed(1))]),
  );
  rmSync(join(folder, "output"), { recursive: true });
  const [whole] = table;
  table.push({
    run: name,
    rows: report.rows,
    seconds,
    "of the whole": whole ? `${((100 * seconds) / whole.seconds).toFixed(1)} %` : "",
    CPU: cpuSeconds,
    "of its CPU": whole ? `${((100 * cpuSeconds) / whole.CPU).toFixed(1)} %` : "",
    "peak MB": megabytes(peakBytes),
    ...stages,
  });
};
await run("whole", undefined);
for (const [name, rings] of Object.entries(masks)) {
  const path = join(folder, `${name.replaceAll(" ", "-")}.geojson`);
  writeFileSync(path, collection(rings));
  await run(name, path);
}
console.table(table);
