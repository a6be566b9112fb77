// Damages small inputs of every reader and runs the command on them. Whatever they hold, it has to end with a result or an error of
// its own: a crash, an exception, no end, more than 1 GB, another exit code, or a partial file is a finding. Each finding is kept in
// `scripts/fuzz/regressions`, where a test of `npm run test:scripts` tries it again. Exit code 1 if there are any.
//   npm run fuzz -- [--minutes 10] [--seed 1] [--reader tiff,text,parquet,archive,yaml,netcdf3,hdf5,zarr] [--case N]
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { keep } from "./fuzz/findings.mjs";
import { numbersFor } from "./fuzz/numbers.mjs";
import { readers } from "./fuzz/readers.mjs";
import { Runner } from "./fuzz/runner.mjs";

const usage = `usage: npm run fuzz -- [--minutes 10] [--seed 1] [--reader ${Object.keys(readers)}] [--case N]`;
const { values } = parsed({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    reader: { type: "string", default: Object.keys(readers).join(",") },
    case: { type: "string" },
  },
});
const minutes = Number(values.minutes);
const names = values.reader.split(",");
const unknown = names.find((name) => !Object.hasOwn(readers, name));
if (!(minutes > 0) || unknown !== undefined || (values.case !== undefined && !/^\d+$/.test(values.case))) {
  console.error(usage);
  process.exit(2);
}

const runs = new Map(names.map((name) => [name, { all: 0, read: 0 }]));
const findings = [];
const said = new Set();
const runner = new Runner();
const only = values.case === undefined ? undefined : Number(values.case);
const end = Date.now() + 60_000 * minutes;
let told = Date.now();
try {
  for (let index = only ?? 0; only === undefined ? Date.now() < end : index === only; index++) {
    for (const reader of names) await attempt(reader, index);
    if (Date.now() - told > 60_000) {
      told = Date.now();
      console.log(`${index + 1} cases of each reader, ${findings.length} findings`);
    }
  }
} finally {
  runner.close();
}
for (const [reader, { all, read }] of runs) {
  const own = findings.filter((finding) => finding.reader === reader);
  console.log(`${reader.padEnd(8)} ${all} runs, ${read} with a result, ${own.length} findings`);
}
process.exitCode = findings.length > 0 ? 1 : 0;

async function attempt(reader, index) {
  const one = readers[reader](numbersFor(`${values.seed} ${reader}`, index));
  const { code, found } = await runner.run(one);
  const count = runs.get(reader);
  count.all++;
  if (code === 0) count.read++;
  if (found === undefined) return;
  const { found: alone } = await runner.runAlone(one);
  // On a busy machine anything can take long once.
  if (alone === undefined && found.startsWith("no end")) return;
  findings.push({ reader });
  console.log(`${reader}: ${alone ?? `${found} (only after other cases)`}`);
  console.log(`  npm run fuzz -- --seed ${values.seed} --reader ${reader} --case ${index}`);
  // One of a kind is enough.
  const kind = `${reader} ${found.split("\n")[0].replace(/\d+/g, "0")}`;
  if (alone === undefined || said.has(kind)) return;
  said.add(kind);
  console.log(`  kept as ${relative(process.cwd(), keep({ reader, found: alone.split("\n")[0], ...one }))}`);
}

function parsed(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`error: ${error.message}\n  ${usage}`);
    process.exit(2);
  }
}
