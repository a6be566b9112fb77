/**
 * Records, species and presence of a large table at 0.1 degree, beside a query for DuckDB written by hand with the same memory
 * limit: from Parquet, and from a tab-separated text as GBIF gives it, without checks and with the standard ones. Then a
 * smaller table with all checks.
 *
 *   npm run bench:records -- [--millions 50] [--repeat 1] [--folder DIR]
 */
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { commandLine, count } from "./arguments.mjs";
import { comparison, interleaved } from "./compare.mjs";
import { measure, megabytes, quadrat } from "./measure.mjs";
import { script } from "./peers.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    millions: { type: "string", default: "50" },
    repeat: { type: "string", default: "1" },
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench") },
  },
});
const limit = "512MB";
const records = 1e6 * count("millions", values.millions);
const turns = count("repeat", values.repeat);
const folder = join(values.folder, "records");
const spill = join(folder, "spill");
const directory = join(folder, "quadrat");
const merged = join(directory, "merged.parquet");
await mkdir(folder, { recursive: true });

const large = { parquet: await table(records, "parquet"), text: await table(records, "tsv") };
const rounds = [
  { title: "Parquet, checks off", path: large.parquet, checks: "none", most: 1.3 },
  { title: "Parquet, standard checks", path: large.parquet, checks: "standard" },
  { title: "text, checks off", path: large.text, checks: "none", most: 1.5 },
  { title: "text, standard checks", path: large.text, checks: "standard", most: 2.5 },
];
for (const { title, path, checks, most } of rounds) {
  const out = join(folder, "hand.parquet");
  const config = await study(path, checks);
  const results = await interleaved(
    [
      { name: "Quadrat", run: () => sized(() => quadrat(["run", "--config", config, "--fresh"]), merged) },
      {
        name: "a query by hand",
        run: () => sized(() => measure("node", [script("duckdb_records.mjs"), path, out, spill, limit]), out),
      },
    ],
    turns,
  );
  console.log(`\n${records / 1e6} million records, ${title}`);
  console.table(comparison(results));
  const [ours, theirs] = results;
  if (most !== undefined) judge(`time of ${title}`, ours.seconds / theirs.seconds, most);
  judge(`peak memory of ${title}, of the limit`, ours.peakBytes / 512e6, 1);
}

const few = await table(Math.min(2e6, records), "parquet");
for (const [title, checks] of [
  [
    "all checks but outliers",
    "{equal: {}, zero: {}, duplicates: {}, rounded: {}, uncertainty: {}, swapped: {}, country: {}, sea: {}}",
  ],
  ["strict", "strict"],
]) {
  const config = await study(few, checks);
  const { seconds, cpuSeconds, peakBytes } = await quadrat(["run", "--config", config, "--fresh"]);
  const figures = [`${seconds.toFixed(1)} s`, `CPU ${cpuSeconds.toFixed(1)} s`, `${megabytes(peakBytes)} MB`];
  console.log(`${Math.min(2e6, records) / 1e6} million records, ${title}: ${figures.join(", ")}`);
}

/** Records around 40,009 places, of 20,001 species of which the first are frequent; made once. */
async function table(rows, kind) {
  const path = join(folder, `${rows}.${kind}`);
  if (await stat(path).catch(() => undefined)) return path;
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    memory_limit: "2GB",
    temp_directory: spill,
  });
  const connection = await instance.connect();
  const near = (salt, by) => `((hash(i + ${salt}) % ${by}) / ${by}.0 - 0.5) * 2`;
  const made = `
    SELECT i + 1 AS gbifID, 'Genus' || (kind % 3000) || ' species' || kind AS species,
      (CASE WHEN lon < -180 THEN lon + 360 WHEN lon > 180 THEN lon - 360 ELSE lon END) AS decimalLongitude, lat AS decimalLatitude,
      1950 + hash(i + 3) % 75 AS year, CASE WHEN hash(i + 21) % 10 >= 3 THEN hash(i + 23) % 5000 END AS coordinateUncertaintyInMeters,
      ['US', 'BR', 'DE', 'CN', 'ZA', NULL][1 + (hash(place) % 6)::INTEGER] AS countryCode
    FROM (
      SELECT i, place, (20000 * power((hash(i + 1) % 1000003) / 1000003.0, 3))::INTEGER AS kind,
        round(-180 + 360 * ((hash(place) % 1000003) / 1000003.0) + ${near(7, 20_011)}, 5) AS lon,
        round(-60 + 140 * ((hash(place + 11) % 1000033) / 1000033.0) + ${near(13, 20_021)}, 5) AS lat
      FROM (SELECT i, hash(i) % 40009 AS place FROM range(${rows}) AS r(i))
    )`;
  const more = `
    SELECT *, '50c9509d-22c7-4a22-a47d-8c48425ef4a7' AS datasetKey, 'urn:catalog:MUS:HERB:' || gbifID AS occurrenceID, 'Animalia' AS kingdom,
      species || ' (L., 1758)' AS scientificName, 'A place with a name' AS locality, 'HUMAN_OBSERVATION' AS basisOfRecord FROM (${made})`;
  const options = kind === "parquet" ? "FORMAT parquet" : "FORMAT csv, DELIMITER '\t', QUOTE '', HEADER";
  await connection.run(
    `COPY (${kind === "parquet" ? made : more}) TO '${path.replaceAll("'", "''")}' (${options})`,
  );
  instance.closeSync();
  return path;
}

async function study(path, checks) {
  const config = join(folder, "config.yml");
  const of = (more) => `{path: '${path}', kind: occurrences, checks: ${checks}${more}}`;
  // What compares the records of a species needs its name.
  const several = checks === "none" || checks === "standard";
  const datasets = several
    ? { n: of(""), species: of(", species: species, measure: species"), presence: of(", measure: presence") }
    : { n: of(", species: species") };
  await writeFile(
    config,
    `grid: {crs: "EPSG:4326", resolution: 0.1, bounds: [-180, -90, 180, 90]}
datasets:
${Object.entries(datasets)
  .map(([name, entry]) => `  ${name}: ${entry}`)
  .join("\n")}
export: {directory: '${directory}', formats: [parquet]}
memory: {limit: ${limit}}
`,
  );
  return config;
}

async function sized(run, path) {
  await rm(path, { force: true });
  const result = await run();
  return { ...result, outputBytes: (await stat(path)).size };
}

function judge(what, value, most) {
  console.log(`${value <= most ? "reached" : "MISSED "}  ${what}: ${value.toFixed(2)} (at most ${most})`);
}
