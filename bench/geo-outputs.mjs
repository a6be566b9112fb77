/**
 * The table of P1 (10 float32 rasters of 7200 x 3600 to 0.1 degree) as CSV, GeoTIFF and GeoParquet, each from the same store. Every
 * cell of the GeoTIFF, as GDAL reads it, and of the GeoParquet, as geopandas reads it, is compared with the CSV; then the export of a
 * GeoTIFF runs in turns with `gdal_translate -of COG` from the same bands.
 *
 *   npm run bench:geo-outputs -- [--layers 10] [--runs 3] [--limit 512MB] [--folder DIR] [--unchecked]
 *
 * geopandas reads Parquet by pyarrow, which Debian does not have: `QUADRAT_PYTHON` may name a Python that has both.
 */
import { spawnSync } from "node:child_process";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine, count } from "./arguments.mjs";
import { writeLayers, writeStudy } from "./layers.mjs";
import { measure, megabytes, quadrat } from "./measure.mjs";
import { python, script } from "./peers.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    layers: { type: "string", default: "10" },
    runs: { type: "string", default: "3" },
    limit: { type: "string", default: "512MB" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench") },
    unchecked: { type: "boolean", default: false },
  },
});
const inputs = await writeLayers(values.folder, {
  ...{ width: 7200, height: 3600 },
  count: count("layers", values.layers),
});
const place = join(values.folder, "geo-outputs");
await rm(place, { recursive: true, force: true });
await mkdir(place, { recursive: true });
const config = await writeStudy(
  join(place, "config.yml"),
  { crs: "EPSG:4326", resolution: 0.1, bounds: [-180, -90, 180, 90] },
  inputs,
  {
    merge: { join: "outer", enable_streaming: true },
    memory: { limit: values.limit },
    export: { directory: join(place, "out") },
  },
);
const out = (extension) => join(place, "out", `merged.${extension}`);
const exported = (format, extension) =>
  quadrat(["run", "--config", config, "--set", `export.formats=${JSON.stringify([format])}`], {
    anew: out(extension),
  });

await exported("csv", "csv");
const kept = join(place, "merged.csv");
await rename(out("csv"), kept);
const rows = [];
const polygons = { use: "geoparquet", geometry: "polygon" };
for (const [name, format, extension] of [
  ["csv", "csv", "csv"],
  ["parquet", "parquet", "parquet"],
  ["geoparquet, points", "geoparquet", "geoparquet"],
  ["geoparquet, polygons", polygons, "geoparquet"],
]) {
  rows.push(await line(name, await exported(format, extension), out(extension)));
  // geopandas takes minutes for millions of outlines: those of fewer cells are compared in tests.
  if (format === "geoparquet") compare("geopandas", out(extension));
}
console.table(rows);

const turns = [];
const plain = join(place, "bands.tif");
const cog = join(place, "gdal.tif");
const translate = [
  ...[
    "-q",
    "-of",
    "COG",
    "-co",
    "COMPRESS=DEFLATE",
    "-co",
    "PREDICTOR=YES",
    "-co",
    "OVERVIEW_RESAMPLING=AVERAGE",
  ],
  ...["-co", "BIGTIFF=IF_SAFER"],
];
for (let run = 1; run <= count("runs", values.runs); run++) {
  turns.push(await line("geotiff", await exported("geotiff", "tif"), out("tif")));
  if (run === 1) {
    compare("gdal", out("tif"));
    await measure("gdal_translate", ["-q", "-co", "INTERLEAVE=BAND", out("tif"), plain]);
  }
  for (const threads of [1, 2]) {
    const peer = await measure("gdal_translate", [...translate, "-co", `NUM_THREADS=${threads}`, plain, cog]);
    turns.push(await line(`gdal_translate, ${threads} thread${threads > 1 ? "s" : ""}`, peer, cog));
  }
}
console.table(turns);

async function line(what, { seconds, cpuSeconds, peakBytes }, file) {
  const bytes = megabytes((await stat(file)).size);
  return {
    what,
    seconds,
    cpu_s: Number(cpuSeconds.toFixed(1)),
    peak_mb: megabytes(peakBytes),
    file_mb: bytes,
  };
}

/** Ends the benchmark where a cell differs from the CSV. */
function compare(reader, file) {
  if (values.unchecked) return;
  const program = reader === "gdal" ? python : (process.env.QUADRAT_PYTHON ?? python);
  const { status, stdout, stderr } = spawnSync(
    program,
    ["-W", "ignore", script("compare_geo.py"), reader, kept, file, "0.1"],
    { encoding: "utf8" },
  );
  if (status === 3) return console.log(`${reader}: not compared: ${stderr.trim()}`);
  if (status !== 0) throw new Error(`${file}, read by ${reader}, is not ${kept}:\n${stdout}${stderr}`);
  console.log(stdout.trim());
}
