/**
 * The table of points: records over the globe with the values of many layers (2160 x 1080 pixels, float32), and background, to
 * CSV, against terra's `extract`, `spatSample` and `write.csv` of the same points, each several times in turn.
 *
 *   npm run bench:points -- [--records 1000000] [--layers 19] [--background 100000] [--values cell] [--limit 512MB]
 *     [--runs 3] [--folder DIR] [--alone]
 *
 * `--alone` leaves terra out, which holds all of it in memory.
 */
import { existsSync } from "node:fs";
import { mkdir, open, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandLine, count } from "./arguments.mjs";
import { writeLayers, writeStudy } from "./layers.mjs";
import { measure, megabytes, quadrat } from "./measure.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    records: { type: "string", default: "1000000" },
    layers: { type: "string", default: "19" },
    background: { type: "string", default: "100000" },
    values: { type: "string", default: "cell" },
    limit: { type: "string", default: "512MB" },
    runs: { type: "string", default: "3" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench") },
    alone: { type: "boolean", default: false },
  },
});
const records = count("records", values.records);
const background = count("background", values.background);
await mkdir(values.folder, { recursive: true });
const layers = await writeLayers(values.folder, {
  width: 2160,
  height: 1080,
  count: count("layers", values.layers),
});
const table = await writeRecords(join(values.folder, `points-${records}.csv`), records);
const directory = join(values.folder, "points-out");
const config = await writeStudy(join(values.folder, "points.json"), { like: layers[0] }, layers, {
  resample: "near",
  points: {
    records: "sloths",
    values: values.values === "buffer" ? { buffer: 20000 } : values.values,
    background: { count: background, seed: 1 },
  },
  export: { formats: [{ use: "csv" }], directory },
});
await addRecords(config, table);

const rows = [];
for (let run = 1; run <= count("runs", values.runs); run++) {
  const args = ["run", "--config", config, "--fresh", "--set", `memory.limit=${values.limit}`];
  const own = await quadrat(args);
  const stage = own.report.stages.find(({ name }) => name === "points");
  rows.push({ ...line("quadrat", own), points_s: stage.seconds });
  if (values.alone) continue;
  const script = fileURLToPath(new URL("peers/points_terra.R", import.meta.url));
  const out = join(values.folder, "points-terra.csv");
  const peer = await measure("Rscript", [script, table, out, String(background), values.values, ...layers]);
  const [, extract] = /extract ([\d.]+)/.exec(peer.stdout) ?? [];
  rows.push({ ...line("terra", peer), extract_s: Number(extract) });
}
console.table(rows);

function line(program, { seconds, cpuSeconds, peakBytes }) {
  return { program, seconds, cpu_s: Number(cpuSeconds.toFixed(1)), peak_mb: megabytes(peakBytes) };
}

/** Records all over the globe, more of them near the equator, of a hundred species. */
async function writeRecords(path, number) {
  if (existsSync(path)) return path;
  const file = await open(`${path}.partial`, "w");
  let state = 20260101;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  let text = "species,decimalLongitude,decimalLatitude\n";
  for (let i = 0; i < number; i++) {
    const latitude = 80 * (random() + random() - 1);
    text += `Species ${Math.floor(100 * random() ** 2)},${(360 * random() - 180).toFixed(5)},${latitude.toFixed(5)}\n`;
    if (text.length < 1 << 20) continue;
    await file.write(text);
    text = "";
  }
  await file.write(text);
  await file.close();
  await rename(`${path}.partial`, path);
  return path;
}

async function addRecords(file, path) {
  const { readFile, writeFile } = await import("node:fs/promises");
  const study = JSON.parse(await readFile(file, "utf8"));
  // Every record counts: the checks are not what is measured.
  study.datasets.sloths = {
    path,
    kind: "occurrences",
    species: "species",
    measure: "records",
    checks: "none",
  };
  await writeFile(file, JSON.stringify(study, null, 2));
}
