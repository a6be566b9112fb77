/**
 * 100 million cells of two rasters, streamed to csv.gz: the peak resident set of the whole command.
 *
 *   node bench/large-grid.mjs [FOLDER] [CELLS PER SIDE=10000] [MEMORY LIMIT=900MB]
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { megabytes, quadrat } from "./measure.mjs";
import { writeWorkload } from "./workload.mjs";

const [folder = join(tmpdir(), "quadrat-bench"), side = "10000", limit = "900MB"] = process.argv.slice(2);
const size = Number(side);
const config = await writeWorkload(folder, { columns: size, rows: size, datasets: 2 });
const { report, peakBytes, seconds } = await quadrat([
  ...["run", "--config", config, "--fresh", "--set", `memory.limit=${limit}`],
  ...["--set", "merge.enable_streaming=true", "--set", "export.compress=true"],
  ...["--set", `export.directory=${join(folder, `out-${size}`)}`],
]);
console.table({
  cells: size * size,
  rows: report.rows,
  "peak resident set, MB": megabytes(peakBytes),
  seconds: Math.round(seconds),
  "file, MB": megabytes(report.files[0].bytes),
  stages: report.stages.map(({ name, seconds: took }) => `${name} ${took.toFixed(1)} s`).join(", "),
});
