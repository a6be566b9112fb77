/**
 * Workload W under several memory limits: 40 million cells of six float32 rasters, outer join, CSV. Peak resident sets
 * against the limits, and whether all outputs have the same bytes; then once inside a hard cgroup of 512 MiB.
 *
 *   npm run bench:memory -- [--cells 40] [--limits 256MB,512MB,1GB,4GB] [--folder DIR] [--cgroup]
 */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine } from "./arguments.mjs";
import { command, measure, megabytes, quadrat } from "./measure.mjs";
import { writeWorkload } from "./workload.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    cells: { type: "string", default: "40" },
    limits: { type: "string", default: "256MB,512MB,1GB,4GB" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench") },
    cgroup: { type: "boolean", default: false },
  },
});
const rows = Math.round((Number(values.cells) * 1e6) / 8000);
const config = await writeWorkload(values.folder, { columns: 8000, rows, datasets: 6 });
const run = (name, limit, streaming, fresh = ["--fresh"]) => [
  ...["run", "--config", config, ...fresh, "--set", `memory.limit=${limit}`],
  ...[
    "--set",
    `export.directory=${join(values.folder, name)}`,
    "--set",
    `merge.enable_streaming=${streaming}`,
  ],
];

const table = [];
for (const limit of values.limits.split(",")) {
  const { report, peakBytes, seconds } = await quadrat(run(`out-${limit}`, limit, true));
  keep(row(limit, "streaming", report, peakBytes, seconds));
}
const { report, peakBytes, seconds } = await quadrat(run("out-switch", "512MB", false));
keep(row("512MB", `${report.mode.start}, then ${report.mode.end}`, report, peakBytes, seconds));
for (const { time, level, ratio, action } of report.adaptations) {
  console.log(`  ${time.slice(11, 19)} ${level} at ${Math.round(100 * ratio)} %: ${action}`);
}
if (values.cgroup) await inCgroup();
const again = await quadrat(run("out-switch", "512MB", false, []));
console.log(
  `the last again, nothing changed: ${again.seconds.toFixed(2)} s, ${megabytes(again.peakBytes)} MB`,
);
console.table(table);
const same = new Set(table.map(({ sha256 }) => sha256)).size === 1;
const kept = table.every(({ "of the limit": share }) => Number.parseFloat(share) <= 100);
console.log(same ? "all outputs have the same bytes" : "THE OUTPUTS DIFFER");
console.log(kept ? "every limit was kept" : "A LIMIT WAS NOT KEPT");
process.exitCode = same && kept ? 0 : 1;

/** Told at once, too: what comes later may fail. */
function keep(found) {
  table.push(found);
  console.log(JSON.stringify(found));
}

function row(limit, mode, found, peak, seconds) {
  return {
    limit,
    mode,
    "peak MB": megabytes(peak),
    "of the limit": `${((100 * peak) / found.memory_limit_bytes).toFixed(0)} %`,
    seconds: Math.round(seconds),
    adaptations: found.adaptations.length,
    sha256: found.files[0].sha256.slice(0, 16),
  };
}

/** A memory cgroup without swap, whichever version this machine has. */
async function inCgroup() {
  const bytes = 512 * 2 ** 20;
  const places = [
    { folder: "/sys/fs/cgroup/quadrat-bench", limit: "memory.max" },
    { folder: "/sys/fs/cgroup/memory/quadrat-bench", limit: "memory.limit_in_bytes" },
  ];
  for (const { folder, limit } of places) {
    try {
      mkdirSync(folder);
      // A folder of any other file system would take the number, too, and limit nothing.
      if (!existsSync(join(folder, "cgroup.procs"))) throw new Error("no cgroup file system");
      writeFileSync(join(folder, limit), String(bytes));
    } catch (error) {
      console.log(`no cgroup at ${folder}: ${error.message}`);
      try {
        rmdirSync(folder);
      } catch {
        // It was not made.
      }
      continue;
    }
    try {
      const args = [...run("out-cgroup", "80%", true), "--json"].map((part) => `'${part}'`).join(" ");
      const script = `echo $$ > ${folder}/cgroup.procs && exec '${command}' ${args}`;
      const ended = await measure("/bin/sh", ["-c", script]);
      const found = JSON.parse(ended.stdout);
      keep(row("cgroup 512 MiB", "streaming", found, ended.peakBytes, ended.seconds));
    } finally {
      rmdirSync(folder);
    }
    return;
  }
  console.log("skipped: the run in a hard cgroup needs root and a writable memory controller");
}
