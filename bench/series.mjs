/**
 * Daily steps of the globe in NetCDF-4 to twelve monthly means at half the resolution, beside CDO and xarray, which run in turns
 * with Quadrat. Tells time, CPU and peak, and the largest difference between results.
 *
 *   node bench/series.mjs [--steps 3650] [--degrees 0.5] [--chunk 1,360,720] [--limit 512MB] [--repeat 3] [--only Quadrat] [--folder DIR]
 *
 * 36,500 steps of 0.5 degrees are 19 GB of int16, and 12 GB in the file; with `--degrees 2.5`, 0.8 GB and 0.5 GB. CDO that resamples each step takes ten times as long: leave it out with `--only`. Needs python3-netcdf4, python3-h5py, python3-pandas and cdo, for xarray also python3-xarray
 * and python3-dask; peers that are absent are left out.
 */
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine, count } from "./arguments.mjs";
import { best, comparison, interleaved } from "./compare.mjs";
import { measure, quadrat } from "./measure.mjs";
import { script } from "./peers.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    steps: { type: "string", default: "3650" },
    degrees: { type: "string", default: "0.5" },
    chunk: { type: "string", default: "" },
    limit: { type: "string", default: "512MB" },
    repeat: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench", "series") },
  },
});
const steps = count("steps", values.steps);
const degrees = Number(values.degrees);
const [across, down] = [360 / degrees, 180 / degrees].map(Math.round);
const chunk = values.chunk || `1,${down},${across}`;
const python = "/usr/bin/python3";
const { folder } = values;
await mkdir(folder, { recursive: true });
const source = join(folder, `tas-${steps}-${across}-${chunk.replaceAll(",", "x")}.nc`);
if (!existsSync(source)) {
  await measure(python, [
    script("make_series.py"),
    `${source}.partial`,
    ...[steps, degrees].map(String),
    ...chunk.split(","),
  ]);
  await rename(`${source}.partial`, source);
}
const directory = join(folder, "output");
const config = join(folder, "config.yml");
const study = {
  grid: { crs: "EPSG:4326", resolution: 2 * degrees, bounds: [-180, -90, 180, 90] },
  datasets: { tas: { path: source, variable: "tas", resample: "average", time: { by: "month" } } },
  export: { directory, formats: ["csv"] },
  memory: { limit: values.limit },
};
await writeFile(config, `${JSON.stringify(study, null, 2)}\n`);

// CDO's means of cells weigh pixels by their area on the sphere. In the middle of four pixels, bilinear is their plain mean.
const cells = join(folder, "cells.txt");
const axes = {
  ...{ xsize: across / 2, ysize: down / 2 },
  ...{ xfirst: -180 + degrees, xinc: 2 * degrees, yfirst: 90 - degrees, yinc: -2 * degrees },
};
await writeFile(
  cells,
  Object.entries({ gridtype: "lonlat", ...axes })
    .map((pair) => `${pair.join(" = ")}\n`)
    .join(""),
);

/** A peer that writes a NetCDF file. */
const peer = (name, program, args) => {
  const out = join(folder, `${name.replaceAll(/\W+/g, "-")}.nc`);
  return { name, out, run: async () => ({ ...(await measure(program, args(out))), outputBytes: 0 }) };
};
const cdo = ["-s", "-O", "-b", "F64"];
const peers = [
  ...(has("cdo")
    ? [
        peer("CDO, months first", "cdo", (out) => [...cdo, `remapbil,${cells}`, "-ymonmean", source, out]),
        peer("CDO, pixels first", "cdo", (out) => [...cdo, "ymonmean", `-remapbil,${cells}`, source, out]),
      ]
    : []),
  ...(has(python, "-c", "import xarray, dask")
    ? [peer("xarray", python, (out) => [script("months_xarray.py"), source, out])]
    : []),
];
const contestants = [
  {
    name: "Quadrat",
    run: async () => ({ ...(await quadrat(["run", "--config", config, "--fresh"])), outputBytes: 0 }),
  },
  ...peers,
].filter(({ name }) => name.includes(values.only));
const results = await interleaved(contestants, count("repeat", values.repeat));
console.log(`${steps} steps of ${across} x ${down} in chunks of ${chunk}, load ${loadavg()[0].toFixed(1)}`);
console.table(comparison(results));
if (contestants.length > 1) {
  for (const { name, out } of peers.filter((one) => contestants.includes(one))) {
    const args = [script("compare_months.py"), join(directory, "merged.csv"), out];
    console.log(`largest difference to ${name}: ${execFileSync(python, args, { encoding: "utf8" }).trim()}`);
  }
  const ratio = (key) => results[0][key] / best(results, key)[key];
  console.log(
    `time ${ratio("seconds").toFixed(2)} of the fastest peer's (aim 0.8), memory ${ratio("peakBytes").toFixed(2)} of the least (aim 0.5)`,
  );
}
await rm(directory, { recursive: true, force: true });

function has(program, ...args) {
  try {
    execFileSync(program, args.length > 0 ? args : ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
