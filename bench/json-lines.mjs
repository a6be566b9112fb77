/**
 * 100 million cells of two rasters through the exporter to JSON Lines of docs/plugins.md, a plugin that pulls Arrow batches:
 * the peak resident set of the whole command.
 *
 *   node bench/json-lines.mjs [FOLDER] [CELLS=100000000] [MEMORY LIMIT=512MB]
 */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { megabytes, quadrat } from "./measure.mjs";
import { writeWorkload } from "./workload.mjs";

const [folder = join(tmpdir(), "quadrat-bench"), cells = "100000000", limit = "512MB"] =
  process.argv.slice(2);
const columns = 10_000;
const rows = Math.ceil(Number(cells) / columns);
const plugin = writePlugin();
const config = await writeWorkload(folder, { columns, rows, datasets: 2 }, { plugins: [plugin] });
const directory = join(folder, `json-lines-${rows}`);
const { report, peakBytes, seconds } = await quadrat([
  ...["run", "--config", config, "--fresh", "--set", `memory.limit=${limit}`],
  ...["--set", "merge.enable_streaming=true", "--set", "export.formats=[jsonl]"],
  ...["--set", `export.directory=${directory}`],
]);
rmSync(directory, { recursive: true });
console.table({
  cells: columns * rows,
  rows: report.rows,
  "peak resident set, MB": megabytes(peakBytes),
  seconds: Math.round(seconds),
  "file, MB": megabytes(report.files[0].bytes),
  adaptations: report.adaptations.length,
  stages: report.stages.map(({ name, seconds: took }) => `${name} ${took.toFixed(1)} s`).join(", "),
});

/** The text in the documentation, where it finds this repository's core. */
function writePlugin() {
  const text = readFileSync(new URL("../docs/plugins.md", import.meta.url), "utf8");
  const modules = join(folder, "node_modules/@quadrat");
  mkdirSync(modules, { recursive: true });
  const core = fileURLToPath(new URL("../packages/core", import.meta.url));
  if (existsSync(join(modules, "core"))) rmSync(join(modules, "core"));
  symlinkSync(core, join(modules, "core"), "junction");
  writeFileSync(join(folder, "json-lines.mjs"), /<!-- json-lines -->\s*```js\n(.*?)```/s.exec(text)[1]);
  return "./json-lines.mjs";
}
