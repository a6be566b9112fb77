/**
 * Streaming against in-memory export of the same points, side by side and interleaved: time, and memory above the idle
 * process, which is the same command with a thousand points: everything loaded, the store open, next to nothing to do.
 * The points are staged before, so that only merging and exporting are compared.
 *
 *   npm run bench:streaming -- [--num-points 100000] [--repeat 7] [--folder DIR]
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine, count } from "./arguments.mjs";
import { megabytes, quadrat } from "./measure.mjs";
import { writeWorkload } from "./workload.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    "num-points": { type: "string", default: "100000" },
    repeat: { type: "string", default: "7" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench") },
  },
});
const turns = count("repeat", values.repeat);
const points = count("num-points", values["num-points"]);
const { run, output } = await study(points);
await quadrat(run(true, ["--fresh"]));
const small = await study(1000);
await quadrat(small.run(true, ["--fresh"]));
const idle = median(
  await repeated(async () => (await quadrat(small.run(true), { anew: small.output })).peakBytes),
);
const found = { streaming: [], memory: [] };
for (let turn = 0; turn < turns; turn++) {
  for (const mode of ["memory", "streaming"]) {
    const { report, peakBytes } = await quadrat(run(mode === "streaming"), { anew: output });
    const took = report.stages.filter(({ name }) => name === "merge" || name === "export");
    found[mode].push({
      above: peakBytes - idle,
      seconds: took.reduce((sum, { seconds }) => sum + seconds, 0),
      sha256: report.files[0].sha256,
    });
  }
}
const typical = Object.fromEntries(
  Object.entries(found).map(([mode, turns]) => [
    mode,
    { above: median(turns.map(({ above }) => above)), seconds: median(turns.map(({ seconds }) => seconds)) },
  ]),
);
console.log(`${points} points, idle process ${megabytes(idle)} MB`);
console.table(
  Object.entries(typical).map(([mode, { above, seconds }]) => ({
    mode,
    "MB above idle": (above / 1e6).toFixed(1),
    seconds: seconds.toFixed(2),
  })),
);
const { memory, streaming } = typical;
// Streaming may hold less than what the least run differs by from turn to turn.
const ratio = streaming.above > 0 ? memory.above / streaming.above : Infinity;
const aim = points >= 1e7 ? 20 : 3.4;
const time = streaming.seconds / memory.seconds;
const judged = (reached, text) => console.log(`${reached ? "reached" : "MISSED "}  ${text}`);
judged(ratio >= aim, `memory: ${ratio.toFixed(2)} times less when streaming (at least ${aim})`);
judged(time <= 1.05, `time: ${time.toFixed(2)} times that of memory mode (at most 1.05)`);
const same = new Set(Object.values(found).flatMap((turns) => turns.map(({ sha256 }) => sha256))).size === 1;
console.log(same ? "the bytes are the same" : "THE BYTES DIFFER");
process.exitCode = same ? 0 : 1;

/** A study of about so many points, and the arguments that run it in either mode. */
async function study(count) {
  const columns = Math.min(4000, Math.ceil(Math.sqrt(count)));
  const config = await writeWorkload(values.folder, {
    columns,
    rows: Math.ceil(count / columns),
    datasets: 6,
  });
  const directory = join(values.folder, `points-${count}`);
  const run = (streaming, more = []) => [
    ...[
      "run",
      "--config",
      config,
      "--set",
      "memory.limit=16GB",
      "--set",
      `merge.enable_streaming=${streaming}`,
    ],
    ...["--set", `export.directory=${directory}`, ...more],
  ];
  return { run, output: join(directory, "merged.csv") };
}

async function repeated(work) {
  const results = [];
  for (let turn = 0; turn < turns; turn++) results.push(await work());
  return results;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
