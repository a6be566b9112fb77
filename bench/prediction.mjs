/**
 * What is estimated before a run against what happened, as experience grows: the quickstart, workload W (40 million cells
 * of six rasters) and a raster of the shared data, four runs each with a cache of their own.
 *
 *   npm run bench:prediction -- [--cells 40] [--runs 4] [--limit 512MB] [--folder DIR]
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandLine, count } from "./arguments.mjs";
import { quadrat } from "./measure.mjs";
import { writeWorkload } from "./workload.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    cells: { type: "string", default: "40" },
    runs: { type: "string", default: "4" },
    limit: { type: "string", default: "512MB" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench") },
  },
});
const runs = count("runs", values.runs);
const repository = fileURLToPath(new URL("..", import.meta.url));
mkdirSync(values.folder, { recursive: true });
const studies = [
  { name: "quickstart", args: ["--config", join(repository, "config.yml"), "--experiment", "quickstart"] },
  ...shared(),
  { name: `W, ${values.cells} million cells`, args: await workload() },
];
const quantities = { rows: "rows", memory: "peak_rss_bytes", disk: "disk_bytes", time: "seconds" };
let missed = 0;
for (const { name, args } of studies) {
  const cache = mkdtempSync(join(tmpdir(), "quadrat-prediction-"));
  const directory = join(values.folder, "prediction");
  const table = [];
  for (let run = 1; run <= runs; run++) {
    const more = [
      "--fresh",
      "--set",
      `memory.limit=${values.limit}`,
      "--set",
      `export.directory=${directory}`,
    ];
    const { report } = await quadrat(["run", ...args, ...more], { env: { QUADRAT_CACHE_DIR: cache } });
    rmSync(directory, { recursive: true });
    const { prediction } = report;
    const error = (key) => prediction[quantities[key]].error;
    table.push(
      Object.fromEntries([
        ["after runs", prediction.runs],
        ...Object.keys(quantities).map((key) => [key, `${(100 * error(key)).toFixed(1)} %`]),
      ]),
    );
    if (run > 3) missed += ["rows", "memory", "disk"].filter((key) => Math.abs(error(key)) > 0.25).length;
  }
  rmSync(cache, { recursive: true });
  console.log(name);
  console.table(table);
}
console.log(
  missed === 0 ? "rows, memory and disk within 25 % after three runs" : `MISSED: ${missed} errors over 25 %`,
);
process.exitCode = missed === 0 ? 0 : 1;

async function workload() {
  const rows = Math.round((Number(values.cells) * 1e6) / 8000);
  const config = await writeWorkload(values.folder, { columns: 8000, rows, datasets: 6 });
  return ["--config", config, "--set", "merge.enable_streaming=true"];
}

/** The elevation of Luxembourg on a grid of a thousandth of a degree, where the shared data are beside the repository. */
function shared() {
  const path = join(repository, "../shared/data/inputs/01-lux-elev-methods/elev.tif");
  if (!existsSync(path)) {
    console.log("skipped: the shared data are not there");
    return [];
  }
  const config = join(values.folder, "prediction.yml");
  const grid = { crs: "EPSG:4326", resolution: 0.001, bounds: [5.7, 49.4, 6.6, 50.2] };
  writeFileSync(config, JSON.stringify({ grid, datasets: { elevation: { path, type: "continuous" } } }));
  return [{ name: "elevation of the shared data", args: ["--config", config] }];
}
