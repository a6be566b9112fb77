/**
 * Quadrat beside its peers: whole processes, interleaved, medians as ratios to Quadrat's.
 *
 *   npm run bench -- [P1 P2 P3 P4 P5 P6] [--repeat 3] [--folder DIR] [--quick] [--billion] [--only TEXT]
 *
 * `--quick` takes a ninth of the cells, to see that everything runs. `--billion` lets P4 go on to a billion cells, `--only`
 * keeps the rounds of P2 whose title contains the text. README.md says what is measured.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandLine, count, refuse } from "./arguments.mjs";
import { comparison } from "./compare.mjs";
import { peerVersions } from "./peers.mjs";

const { values, positionals } = commandLine(import.meta.url, {
  allowPositionals: true,
  options: {
    repeat: { type: "string", default: "3" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench") },
    quick: { type: "boolean", default: false },
    billion: { type: "boolean", default: false },
    only: { type: "string", default: "" },
  },
});
const suites = ["P1", "P2", "P3", "P4", "P5", "P6"];
const names = positionals.length > 0 ? positionals.map((name) => name.toUpperCase()) : suites;
const unknown = names.find((name) => !suites.includes(name));
if (unknown) refuse(`there is no suite ${unknown}`, `there are ${suites.join(", ")}`);
const settings = {
  folder: values.folder,
  repeat: count("repeat", values.repeat),
  quick: values.quick,
  billion: values.billion,
  only: values.only,
};
await mkdir(settings.folder, { recursive: true });
const versions = await peerVersions();
console.log(Object.values(versions).join("; "));
const found = {};
let missed = 0;
for (const name of names) {
  const { title, run } = await import(`./suites/${name.toLowerCase()}.mjs`);
  console.log(`\n${name}: ${title}`);
  const { rounds, targets } = await run({ ...settings, versions });
  for (const { title: round, results } of rounds) {
    if (round) console.log(round);
    console.table(comparison(results));
  }
  for (const { what, value, most } of targets) {
    const reached = value <= most;
    if (!reached) missed++;
    console.log(`${reached ? "reached" : "MISSED "}  ${what}: ${value.toFixed(2)} (at most ${most})`);
  }
  found[name] = { measured: new Date().toISOString().slice(0, 10), rounds, targets };
}
if (!values.quick && !values.only) await keep(found);
process.exitCode = missed > 0 ? 1 : 0;

/** One file for each kind of machine; suites that were not run this time keep their last results. */
async function keep(suites) {
  const { model } = cpus()[0];
  const machine = `${model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const folder = fileURLToPath(new URL("./results/", import.meta.url));
  const file = join(folder, `${machine.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.json`);
  await mkdir(folder, { recursive: true });
  const before = await readFile(file, "utf8").then(JSON.parse, () => ({}));
  const results = { machine, node: process.version, peers: versions, ...before.suites, ...suites };
  const { machine: _, node, peers, ...all } = results;
  await writeFile(file, `${JSON.stringify({ machine, node, peers, suites: all }, null, 1)}\n`);
}
