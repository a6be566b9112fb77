/*
 * Polygons to richness against gdal_rasterize: made polygons at 0.05 degree on the globe, with the same memory.
 *
 *   node bench/ranges.mjs [--polygons 10000] [--vertices 500] [--limit 512MB] [--folder DIR] [--resolution 0.05]
 *
 * Prints the time of each program, the whole run of Quadrat and its stage `resample` alone, which is what the other does.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";

const { values: options } = parseArgs({
  options: {
    polygons: { type: "string", default: "10000" },
    vertices: { type: "string", default: "500" },
    limit: { type: "string", default: "512MB" },
    resolution: { type: "string", default: "0.05" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench-ranges") },
  },
});
const command = fileURLToPath(new URL("../node_modules/.bin/quadrat", import.meta.url));
const folder = options.folder;
const count = Number(options.polygons);
const vertices = Number(options.vertices);
const resolution = Number(options.resolution);

/** Numbers from 0 to 1 that are the same on every machine. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A wavy outline around a place: between half and one and a half times as many points as on average. */
function outline(next) {
  const points = Math.max(4, Math.round(vertices * (0.5 + next())));
  const [x, y] = [next() * 340 - 170, Math.asin(next() * 1.8 - 0.9) * (180 / Math.PI)];
  const radius = 0.2 * 40 ** next();
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

async function makePolygons(file) {
  const next = random(18);
  const out = createWriteStream(file);
  for (let i = 0; i < count; i++) {
    const feature = {
      type: "Feature",
      properties: { sci_name: `Species ${i}` },
      geometry: { type: "Polygon", coordinates: outline(next) },
    };
    if (!out.write(`${JSON.stringify(feature)}\n`))
      await new Promise((resolve) => out.once("drain", resolve));
  }
  await new Promise((resolve) => out.end(resolve));
}

function timed(program, argv) {
  const start = process.hrtime.bigint();
  const { status, stderr, stdout } = spawnSync("/usr/bin/time", ["-f", "%M", program, ...argv], {
    cwd: folder,
    encoding: "utf8",
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr.slice(-2000)}`);
  return { seconds, peak: Number(stderr.trim().split("\n").at(-1)) / 1024, stdout };
}

mkdirSync(folder, { recursive: true });
const lines = join(folder, `ranges-${count}-${vertices}.geojsonl`);
const packed = lines.replace(".geojsonl", ".gpkg");
if (!existsSync(lines)) await makePolygons(lines);
const hasGdal = spawnSync("gdal_rasterize", ["--version"]).status === 0;
if (hasGdal && !existsSync(packed))
  execFileSync("ogr2ogr", [packed, `GeoJSONSeq:${lines}`, "-nln", "ranges"]);

for (const rule of ["centre", "touched", "coverage"]) {
  writeFileSync(
    join(folder, "config.yml"),
    `grid: {crs: EPSG:4326, resolution: ${resolution}, bounds: [-180, -90, 180, 90]}
datasets:
  richness: {path: ${hasGdal ? packed : lines}, kind: ranges, species: sci_name, rule: ${rule}}
export: {formats: [parquet]}
memory: {limit: ${options.limit}}
`,
  );
  rmSync(join(folder, "output"), { recursive: true, force: true });
  const own = timed(command, ["run", "--config", "config.yml", "--fresh", "--json"]);
  const report = JSON.parse(own.stdout);
  const resample = report.stages.find(({ name }) => name === "resample").seconds;
  console.log(
    `quadrat ${rule}: ${own.seconds.toFixed(1)} s (resample ${resample.toFixed(1)} s), ${own.peak.toFixed(0)} MiB, ${report.rows} cells`,
  );
  if (!hasGdal || rule === "coverage") continue;
  const target = join(folder, "peer.tif");
  rmSync(target, { force: true });
  const extent = ["-te", "-180", "-90", "180", "90", "-tr", String(resolution), String(resolution)];
  const peer = timed("gdal_rasterize", [
    ...["-q", "-burn", "1", "-add", "-ot", "UInt16", "-init", "0", ...extent],
    ...(rule === "touched" ? ["-at"] : []),
    ...["--config", "GDAL_CACHEMAX", "256", packed, target],
  ]);
  console.log(`gdal_rasterize -add ${rule}: ${peer.seconds.toFixed(1)} s, ${peer.peak.toFixed(0)} MiB`);
}
