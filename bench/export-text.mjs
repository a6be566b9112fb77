/**
 * Rates, sizes and peak memory of the exporters beside DuckDB's own COPY, on a table of x, y and five float32 columns.
 *
 *   npm run build && node bench/export-text.mjs [ROWS=5000000] [THREADS=2]
 *
 * Every export runs in a process of its own; its peak resident set holds Node and DuckDB as well.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDbStore, Grid, WorkerPool } from "../packages/core/dist/index.js";
import { arrow, csv, parquet } from "../packages/exporters/dist/index.js";

const [, script, first = "5000000", second = "2", folder, what] = process.argv;
const threads = Number(second);
const width = 3600;
const height = Math.ceil(Number(first) / width);
const rows = width * height;

const copies = {
  "duckdb csv": ["csv", "FORMAT csv, HEADER"],
  "duckdb csv.gz": ["csv.gz", "FORMAT csv, HEADER, COMPRESSION gzip"],
  "duckdb parquet": ["parquet", "FORMAT parquet, COMPRESSION zstd"],
};
const exporters = {
  csv: [csv, {}],
  "csv.gz": [csv, { compress: true }],
  parquet: [parquet, {}],
  arrow: [arrow, {}],
};

const columns = ["x", "y", "elevation", "temperature", "rain", "cover", "richness"];
/** A plane of smooth waves and noise with seas in it, as resampled rasters have; a class and a count are whole. */
const source = `
  SELECT cell,
    (cell % ${width} * 100 - 179950) / 1000 AS x,
    (89950 - cell // ${width} * 100) / 1000 AS y,
    CASE WHEN land THEN (1500 * wave + 40 * noise)::FLOAT END AS elevation,
    (25 * wave + noise)::FLOAT AS temperature,
    CASE WHEN land THEN round(1000 * abs(wave) + 30 * noise, 1)::FLOAT END AS rain,
    CASE WHEN land THEN (hash(cell // 37) % 17)::FLOAT END AS cover,
    CASE WHEN land THEN (hash(cell // 5) % 300)::FLOAT END AS richness
  FROM (
    SELECT cell, sin(cell % ${width} / 150) * cos(cell // ${width} / 120) AS wave,
      hash(cell) / 2e19 AS noise, wave > -0.4 AS land
    FROM range(${rows}) AS cells(cell)
  )`;
const query = `SELECT ${columns.join(", ")} FROM layers ORDER BY cell`;

async function open(directory) {
  return DuckDbStore.open(join(directory, "bench.duckdb"), {
    memoryBytes: 500e6,
    threads,
    temporaryDirectory: directory,
  });
}

async function run(directory, name) {
  const store = await open(directory);
  const grid = new Grid({
    crs: "EPSG:4326",
    resolution: [0.1, 0.1],
    bounds: [-180, 90 - height / 10, 180, 90],
  });
  const probe = store.query(`${query} LIMIT 1`);
  const { schema } = (await probe.next()).value;
  await probe.return();
  const table = {
    schema,
    grid,
    rowCount: rows,
    batches: () => store.query(query, { rows: () => 50_000 }),
    sql: () => query,
    exec: (sql) => store.exec(sql),
  };
  const workers = new WorkerPool(threads);
  const before = performance.now();
  const cpu = process.cpuUsage();
  let path;
  if (copies[name]) {
    const [extension, options] = copies[name];
    path = join(directory, `copy.${extension}`);
    await store.exec(`COPY (${query}) TO '${path}' (${options})`);
  } else {
    const [definition, given] = exporters[name];
    path = join(directory, `out.${name}`);
    const exporter = definition.create(definition.options.parse(given));
    await exporter.write(table, { path }, { signal: new AbortController().signal, workers, progress() {} });
  }
  const seconds = (performance.now() - before) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  await workers.close();
  await store.close();
  console.log(
    JSON.stringify({
      seconds,
      cpu: (user + system) / 1e6,
      bytes: statSync(path).size,
      peak: process.resourceUsage().maxRSS * 1024,
    }),
  );
}

if (what === undefined) {
  const directory = mkdtempSync(join(tmpdir(), "quadrat-bench-"));
  try {
    const store = await open(directory);
    await store.exec(`CREATE TABLE layers AS ${source}`);
    await store.close();
    console.log(`${rows} rows, ${columns.length} columns, ${threads} threads`);
    for (const name of [...Object.keys(copies), ...Object.keys(exporters)]) {
      const output = execFileSync(process.execPath, [script, first, second, directory, name], {
        encoding: "utf8",
      });
      const { seconds, cpu, bytes, peak } = JSON.parse(output);
      const rate = `${(rows / seconds / 1e6).toFixed(2)} M rows/s`;
      console.log(
        `${name.padEnd(15)} ${seconds.toFixed(1).padStart(6)} s (cpu ${cpu.toFixed(1).padStart(5)} s) ${rate.padStart(14)} ${(bytes / 1e6).toFixed(1).padStart(8)} MB ${(peak / 1e6).toFixed(0).padStart(6)} MB peak`,
      );
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
} else {
  await run(folder, what);
}
