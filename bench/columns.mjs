/**
 * Many columns: one entry, a pattern of 1,000 files, beside one of 10 files, 100,000 cells each, to CSV and to Parquet. Tells the
 * peak and the time of a value, of the whole run and of export alone.
 *
 *   node bench/columns.mjs [--columns 10,1000] [--cells 100000] [--limit 512MB] [--repeat 1] [--folder DIR]
 *
 * A run of 1,000 columns takes minutes: each result is told as it comes.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine, count } from "./arguments.mjs";
import { median } from "./compare.mjs";
import { writeGeoTiff } from "./geotiff.mjs";
import { megabytes, quadrat } from "./measure.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    columns: { type: "string", default: "10,1000" },
    cells: { type: "string", default: "100000" },
    limit: { type: "string", default: "512MB" },
    repeat: { type: "string", default: "1" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench", "columns") },
  },
});
const width = 400;
const height = Math.ceil(count("cells", values.cells) / width);
const repeat = count("repeat", values.repeat);
const limitBytes = parseFloat(values.limit) * (values.limit.endsWith("GB") ? 1e9 : 1e6);
const most = 1.5;

const rows = [];
for (const columns of values.columns.split(",").map((text) => count("columns", text))) {
  const config = await writeColumns(join(values.folder, String(columns)), columns);
  for (const format of ["csv", "parquet"]) {
    const turns = [];
    for (let turn = 0; turn < repeat; turn++) {
      const directory = join(values.folder, "output");
      const { report, seconds, cpuSeconds, peakBytes } = await quadrat([
        ...["run", "--config", config, "--fresh", "--set", `memory.limit=${values.limit}`],
        ...["--set", `export.formats=["${format}"]`, "--set", `export.directory=${directory}`],
      ]);
      if (report.columns.length !== columns + 2 || report.rows !== width * height)
        throw new Error(`${report.rows} rows of ${report.columns.length} columns`);
      await rm(directory, { recursive: true });
      const exporting = report.stages.find(({ name }) => name === "export").seconds;
      turns.push({ seconds, cpuSeconds, peakBytes, exporting });
    }
    const each = (key) => (1e9 * median(turns, key)) / (columns * width * height);
    rows.push({
      ...{ format, columns },
      "peak MB": megabytes(median(turns, "peakBytes")),
      "run s": median(turns, "seconds"),
      "ns a value": Math.round(each("seconds")),
      "CPU ns a value": Math.round(each("cpuSeconds")),
      "export ns a value": Math.round(each("exporting")),
      peakBytes: median(turns, "peakBytes"),
    });
    console.log(JSON.stringify(rows.at(-1)));
  }
}
console.table(rows.map(({ peakBytes: _, ...shown }) => shown));
let missed = rows.some(({ peakBytes }) => peakBytes > limitBytes);
for (const format of ["csv", "parquet"]) {
  const own = rows.filter((row) => row.format === format);
  for (const key of ["ns a value", "CPU ns a value", "export ns a value"]) {
    const ratio = own.at(-1)[key] / own[0][key];
    if (key === "ns a value") missed ||= ratio > most;
    console.log(
      `${format}, ${key}, ${own.at(-1).columns} columns to ${own[0].columns}: ${ratio.toFixed(2)} (aim ${most})`,
    );
  }
}
process.exitCode = missed ? 1 : 0;

async function writeColumns(folder, columns) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const bounds = [0, 0, width / 100, height / 100];
  for (let index = 1; index <= columns; index++) {
    const value = (col, row) =>
      (col + 3 * row + index) % 50 === 0
        ? -9999
        : Math.round(2000 * Math.sin(col / 30 + index) * Math.cos(row / 50)) / 10;
    await writeGeoTiff(join(folder, `layer_${index}.tif`), { width, height, bounds, value });
  }
  const config = join(folder, "config.yml");
  const study = {
    grid: { crs: "EPSG:4326", resolution: 0.01, bounds },
    datasets: { layer: { path: join(folder, "layer_*.tif"), resample: "near", dtype: "float32" } },
  };
  await writeFile(config, `${JSON.stringify(study, null, 2)}\n`);
  return config;
}
