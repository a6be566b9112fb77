/*
 * What dividing a run costs, and where it ends: the job of P1 as two shards against a single run, in CPU seconds; and, from what
 * that took, 10, 100 and 1,000 nodes at work on 10^10 cells of 50 layers.
 *
 *   node bench/shards.mjs [--folder DIR] [--repeat N] [--quick]
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { writeLayers, writeStudy } from "./layers.mjs";
import { command, measure, quadrat } from "./measure.mjs";

const { values: options } = parseArgs({
  options: {
    folder: { type: "string", default: "/tmp/quadrat-bench" },
    repeat: { type: "string", default: "3" },
    quick: { type: "boolean", default: false },
  },
});
const repeat = Number(options.repeat);
const count = options.quick ? 2 : 10;
const place = join(options.folder, "shards");
await rm(place, { recursive: true, force: true });
await mkdir(place, { recursive: true });
const inputs = await writeLayers(options.folder, { width: 7200, height: 3600, count });
const grid = { crs: "EPSG:4326", resolution: 0.1, bounds: [-180, -90, 180, 90] };
const cells = 3600 * 1800;
const settings = { merge: { join: "outer", enable_streaming: true }, memory: { limit: "512MB" } };
const study = (name) => {
  const directory = join(place, name);
  return writeStudy(join(place, `${name}.yml`), grid, inputs, { ...settings, export: { directory } });
};
const hashOf = async (path) =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
// A task has one processor, whatever the machine has.
const one = { env: { SLURM_CPUS_PER_TASK: "1" } };

async function divided(config, atOnce) {
  const folder = join(place, "plan");
  await rm(folder, { recursive: true, force: true });
  const plan = await measure(command, ["shard", "plan", folder, "--shards", "2", "--config", config]);
  const begun = performance.now();
  const run = (index) => measure(command, ["shard", "run", folder, "--index", String(index)], one);
  const shards = atOnce === 2 ? await Promise.all([run(0), run(1)]) : [await run(0), await run(1)];
  const seconds = (performance.now() - begun) / 1000;
  const collect = await measure(command, ["shard", "collect", folder]);
  const bytes = await Promise.all([0, 1].map((index) => stat(join(folder, `shards/0000${index}.shard`))));
  return { plan, shards, seconds, collect, shardBytes: bytes.reduce((sum, { size }) => sum + size, 0) };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const cpu = (results) => results.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);

const [configSingle, configShards] = [await study("single"), await study("collected")];
const rounds = [];
for (let round = 0; round < repeat; round++) {
  const single = await quadrat(["run", "--config", configSingle, "--fresh"]);
  await rm(join(place, "collected"), { recursive: true, force: true });
  const both = await divided(configShards, 2);
  await rm(join(place, "collected"), { recursive: true, force: true });
  const each = await divided(configShards, 1);
  rounds.push({ single, both, each });
}
const [a, b] = await Promise.all(
  ["single", "collected"].map((name) => hashOf(join(place, name, "merged.csv"))),
);
if (a !== b) throw new Error("the bytes differ");

const of = (pick) => median(rounds.map(pick));
const figures = {
  single: { cpu: of(({ single }) => single.cpuSeconds), wall: of(({ single }) => single.seconds) },
  plan: of(({ both }) => both.plan.cpuSeconds),
  shardsCpu: of(({ both }) => cpu(both.shards)),
  shardsAtOnce: of(({ both }) => both.seconds),
  shardsInTurn: of(({ each }) => each.seconds),
  collect: { cpu: of(({ both }) => both.collect.cpuSeconds), wall: of(({ both }) => both.collect.seconds) },
  shardPeak: Math.max(...rounds.flatMap(({ both }) => both.shards.map(({ peakBytes }) => peakBytes))),
  bytesPerValue: rounds[0].both.shardBytes / (cells * count),
};
const total = figures.shardsCpu + figures.collect.cpu;
const show = (value, digits = 1) => value.toFixed(digits);
console.log(`P1 with ${count} layers, median of ${repeat}, the same bytes`);
console.log(`  single run         ${show(figures.single.cpu)} s CPU, ${show(figures.single.wall)} s`);
console.log(`  plan               ${show(figures.plan)} s CPU`);
console.log(
  `  2 shards           ${show(figures.shardsCpu)} s CPU, at once ${show(figures.shardsAtOnce)} s, in turn ${show(figures.shardsInTurn)} s, peak ${Math.round(figures.shardPeak / 1e6)} MB`,
);
console.log(`  collect            ${show(figures.collect.cpu)} s CPU, ${show(figures.collect.wall)} s`);
console.log(
  `  shards and collect ${show(total / figures.single.cpu, 2)} of the single run, with the plan ${show((total + figures.plan) / figures.single.cpu, 2)}`,
);
console.log(`  speed-up of 2 tasks ${show(figures.shardsInTurn / figures.shardsAtOnce, 2)} of 2`);

/*
 * The simulation. A shard takes what it takes to start, and so many nanoseconds per value; nodes take the next shard as they
 * become free, with times that vary by a tenth; their files go to and come from a shared file system. Collecting reads, appends,
 * joins and writes in one process.
 */
const start = 0.6;
const perValue = (figures.shardsCpu - 2 * start) / (cells * count);
const collectPerValue = (figures.collect.wall - start) / (cells * count);
const big = { cells: 1e10, layers: 50, shards: 10_000, fileSystem: 2e9 };
const values = big.cells * big.layers;
let state = 16;
const random = () => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff;
const hours = (seconds) => `${(seconds / 3600).toFixed(seconds < 36_000 ? 2 : 0)} h`;
console.log(`\n${big.cells.toExponential()} cells x ${big.layers} layers in ${big.shards} shards, simulated`);
console.log(
  `  ${(perValue * 1e9).toFixed(0)} ns a value in a shard, ${(collectPerValue * 1e9).toFixed(0)} ns to collect, ${figures.bytesPerValue.toFixed(1)} bytes`,
);
for (const nodes of [1, 10, 100, 1000]) {
  const free = new Float64Array(nodes);
  for (let shard = 0; shard < big.shards; shard++) {
    let next = 0;
    for (let node = 1; node < nodes; node++) if (free[node] < free[next]) next = node;
    const work = (values / big.shards) * perValue * (0.9 + 0.2 * random());
    const written = ((values / big.shards) * figures.bytesPerValue) / (big.fileSystem / nodes);
    free[next] += start + Math.max(work, written);
  }
  const shards = Math.max(...free);
  const collect = Math.max(values * collectPerValue, (values * figures.bytesPerValue) / big.fileSystem);
  const parts = Math.max(
    (values * collectPerValue) / nodes,
    (2 * values * figures.bytesPerValue) / big.fileSystem,
  );
  console.log(
    `  ${String(nodes).padStart(5)} nodes: shards ${hours(shards)}, collect ${hours(collect)} (${Math.round((100 * collect) / (shards + collect))} %); ` +
      `parts by the nodes ${hours(parts)}`,
  );
}
