/**
 * Peak resident set of a streamed run as the grid grows: the same two rasters at 1, 10 and 100 million cells.
 *
 *   npm run bench:growth -- [--cells 1,10,100] [--limit 512MB] [--format csv] [--folder DIR]
 */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine } from "./arguments.mjs";
import { megabytes, quadrat } from "./measure.mjs";
import { writeWorkload } from "./workload.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    cells: { type: "string", default: "1,10,100" },
    limit: { type: "string", default: "512MB" },
    format: { type: "string", default: "csv" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench") },
  },
});
const columns = 10_000;
const table = [];
for (const millions of values.cells.split(",").map(Number)) {
  const config = await writeWorkload(values.folder, { columns, rows: millions * 100, datasets: 2 });
  const directory = join(values.folder, `growth-${millions}`);
  const { report, peakBytes, seconds } = await quadrat([
    ...["run", "--config", config, "--fresh", "--set", `memory.limit=${values.limit}`],
    ...["--set", "merge.enable_streaming=true", "--set", `export.formats=["${values.format}"]`],
    ...["--set", `export.directory=${directory}`],
  ]);
  rmSync(directory, { recursive: true });
  const found = {
    "million cells": millions,
    rows: report.rows,
    "peak MB": megabytes(peakBytes),
    seconds,
    peakBytes,
  };
  console.log(JSON.stringify({ ...found, adaptations: report.adaptations.length }));
  table.push(found);
}
console.table(table.map(({ peakBytes: _, ...shown }) => shown));
const peaks = table.map(({ peakBytes }) => peakBytes);
const spread = Math.max(...peaks) / Math.min(...peaks) - 1;
console.log(`${(100 * spread).toFixed(1)} % between the least and the most (at most 10 %)`);
process.exitCode = spread <= 0.1 ? 0 : 1;
