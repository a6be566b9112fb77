/**
 * Polygons to richness beside gdal_rasterize and terra: made polygons at 0.05 degree on the globe, with the same memory.
 *
 *   npm run bench:ranges -- [--polygons 10000] [--vertices 500] [--limit 512MB] [--folder DIR] [--resolution 0.05]
 *                           [--rules centre,touched,coverage] [--peers] [--formats parquet]
 *   npm run bench:ranges -- --growth
 *
 * Prints time, CPU and peak of each program. Quadrat makes a table from the polygons, with a store and a Parquet file; its stage
 * `resample` is what ends in the store. gdal_rasterize makes a raster of counts alone; with `--peers` terra's
 * rasterize(cover = TRUE), polygon by polygon, and their sum stands beside coverage.
 *
 * `--growth` puts single polygons of 0.5 and 2 million vertices, and 50,000 and 200,000 of 50, onto the same grid.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandLine } from "./arguments.mjs";
import { measure, megabytes, quadrat } from "./measure.mjs";

const { values: options } = commandLine(import.meta.url, {
  options: {
    polygons: { type: "string", default: "10000" },
    vertices: { type: "string", default: "500" },
    limit: { type: "string", default: "512MB" },
    resolution: { type: "string", default: "0.05" },
    rules: { type: "string", default: "centre,touched,coverage" },
    formats: { type: "string", default: "parquet" },
    peers: { type: "boolean", default: false },
    growth: { type: "boolean", default: false },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench-ranges") },
  },
});
const { folder } = options;
const resolution = Number(options.resolution);
mkdirSync(folder, { recursive: true });
const hasGdal = spawnSync("gdal_rasterize", ["--version"]).status === 0;

/** Numbers from 0 to 1 that are the same on every machine. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A wavy outline around a place: between half and one and a half times as many points as on average. */
function outline(next, vertices, largest) {
  const points = Math.max(4, Math.round(vertices * (0.5 + next())));
  const [x, y] = [next() * 340 - 170, Math.asin(next() * 1.8 - 0.9) * (180 / Math.PI)];
  const radius = 0.2 * (largest / 0.2) ** next();
  const waves = [3, 7, 19].map((number) => [number, 0.15 * next(), next() * 7]);
  const ring = [];
  for (let i = 0; i < points; i++) {
    const angle = (2 * Math.PI * i) / points;
    const size = waves.reduce(
      (sum, [number, height, phase]) => sum + height * Math.sin(number * angle + phase),
      1,
    );
    const along = Math.max(-89.9, Math.min(89.9, y + radius * size * Math.sin(angle)));
    const across = Math.max(
      -179.9,
      Math.min(179.9, x + (radius * size * Math.cos(angle)) / Math.cos((y * Math.PI) / 180)),
    );
    ring.push([Number(across.toFixed(6)), Number(along.toFixed(6))]);
  }
  ring.push(ring[0]);
  return [ring];
}

/** @returns the path of a GeoPackage, or of lines of GeoJSON without GDAL */
async function polygons(count, vertices, largest = 8) {
  const lines = join(folder, `ranges-${count}-${vertices}.geojsonl`);
  if (!existsSync(lines)) {
    const next = random(18);
    const out = createWriteStream(`${lines}.partial`);
    for (let i = 0; i < count; i++) {
      const feature = {
        type: "Feature",
        properties: { sci_name: `Species ${i}` },
        geometry: { type: "Polygon", coordinates: outline(next, vertices, largest) },
      };
      if (!out.write(`${JSON.stringify(feature)}\n`))
        await new Promise((resolve) => out.once("drain", resolve));
    }
    await new Promise((resolve) => out.end(resolve));
    renameSync(`${lines}.partial`, lines);
  }
  if (!hasGdal) return lines;
  const packed = lines.replace(".geojsonl", ".gpkg");
  if (!existsSync(packed)) execFileSync("ogr2ogr", [packed, `GeoJSONSeq:${lines}`, "-nln", "ranges"]);
  return packed;
}

const table = [];
const tell = (what, program, { seconds, cpuSeconds, peakBytes }, more = {}) => {
  table.push({
    what,
    program,
    seconds,
    CPU: Number(cpuSeconds.toFixed(1)),
    "peak MB": megabytes(peakBytes),
    ...more,
  });
  console.log(JSON.stringify(table.at(-1)));
};

async function run(what, path, dataset) {
  const config = join(folder, "config.yml");
  const directory = join(folder, "output");
  writeFileSync(
    config,
    JSON.stringify({
      grid: { crs: "EPSG:4326", resolution, bounds: [-180, -90, 180, 90] },
      datasets: { ranges: { path, ...dataset } },
      export: { formats: options.formats.split(","), directory },
      memory: { limit: options.limit },
      prediction: { learn: false },
    }),
  );
  rmSync(directory, { recursive: true, force: true });
  const found = await quadrat(["run", "--config", config, "--fresh"]);
  rmSync(directory, { recursive: true });
  const stages = Object.fromEntries(found.report.stages.map(({ name, seconds }) => [name, seconds]));
  tell(what, "quadrat", found, { resample: Number(stages.resample.toFixed(1)), cells: found.report.rows });
}

if (options.growth) {
  for (const vertices of [500_000, 2_000_000]) {
    const path = await polygons(1, vertices);
    for (const rule of options.rules.split(",")) await run(`${vertices} vertices, ${rule}`, path, { rule });
  }
  for (const count of [50_000, 200_000]) {
    const path = await polygons(count, 50, 2);
    for (const rule of options.rules.split(","))
      await run(`${count} polygons, ${rule}`, path, { rule, species: "sci_name" });
  }
} else {
  const path = await polygons(Number(options.polygons), Number(options.vertices));
  for (const rule of options.rules.split(",")) {
    await run(rule, path, { species: "sci_name", rule });
    if (!hasGdal || rule === "coverage") continue;
    const target = join(folder, "peer.tif");
    rmSync(target, { force: true });
    const extent = ["-te", "-180", "-90", "180", "90", "-tr", options.resolution, options.resolution];
    const burn = ["-q", "-burn", "1", "-add", "-ot", "UInt16", "-init", "0", ...extent];
    const at = rule === "touched" ? ["-at"] : [];
    const memory = ["--config", "GDAL_CACHEMAX", "256"];
    tell(
      rule,
      "gdal_rasterize -add",
      await measure("gdal_rasterize", [...burn, ...at, ...memory, path, target]),
    );
    rmSync(target);
  }
  if (options.peers) {
    const script = fileURLToPath(new URL("peers/cover_terra.R", import.meta.url));
    tell("coverage", "terra, summed", await measure("Rscript", [script, path, options.resolution]));
  }
}
console.table(table);
