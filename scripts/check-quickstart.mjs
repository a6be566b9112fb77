// Compares output/quickstart with what GDAL and pandas make of the same data, and opens each file with DuckDB alone.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const output = join(root, "output", "quickstart");
const { DuckDBInstance } = createRequire(join(root, "packages/core/package.json"))("@duckdb/node-api");

const columns = [
  "precip",
  "american_bullfrog",
  "american_robin",
  "common_gartersnake",
  "white_tailed_deer",
  "struck_species",
];
/** Precipitation is float32 of up to some thousand mm; the means are float64, the number of species is whole. */
const tolerance = { x: 0, y: 0, precip: 1e-3, struck_species: 0 };

const ours = table(readFileSync(join(output, "merged.csv"), "utf8"));
const peers = table(
  gunzipSync(readFileSync(join(root, "scripts/test/fixtures/quickstart_peers.csv.gz"))).toString(),
);
compare(ours, peers);
await openWithDuckDB();
compareWithMetadata();
console.log(
  `output/quickstart: ${ours.rows.length} rows agree with GDAL and pandas; CSV, Parquet, DuckDB and metadata agree`,
);

function table(text) {
  const [header, ...lines] = text.trimEnd().split("\n");
  const rows = lines.map((line) => line.split(",").map((field) => (field === "" ? null : Number(field))));
  return { names: header.split(","), rows };
}

function compare(found, expected) {
  assert.deepEqual(found.names, expected.names);
  assert.equal(found.rows.length, expected.rows.length);
  expected.rows.forEach((row, index) => {
    row.forEach((value, column) => {
      const name = expected.names[column];
      const got = found.rows[index][column];
      const near =
        value === null || got === null ? got === value : Math.abs(got - value) <= (tolerance[name] ?? 1e-9);
      assert.ok(near, `row ${index + 1}, ${name}: ${got}, but the peers have ${value}`);
    });
  });
}

async function openWithDuckDB() {
  const instance = await DuckDBInstance.create(join(output, "quadrat.duckdb"), { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowsJS();
  const csv = ours.rows.map((row) => row.map((value) => (value === null ? null : Math.fround(value))));
  const rounded = (all) => all.map((row) => row.map((value) => (value === null ? null : Math.fround(value))));
  const names = ["x", "y", ...columns].join(", ");
  assert.deepEqual(rounded(await rows(`SELECT ${names} FROM merged ORDER BY cell`)), csv);
  assert.deepEqual(
    rounded(await rows(`SELECT * FROM '${join(output, "merged.parquet").replaceAll("'", "''")}'`)),
    csv,
  );
  for (const name of columns) {
    const known = csv.filter((row) => row[2 + columns.indexOf(name)] !== null).length;
    const [[count]] = await rows(`SELECT count(value) FROM staged."${name}"`);
    assert.equal(Number(count), known, `values in staged."${name}"`);
  }
  connection.closeSync();
  instance.closeSync();
}

function compareWithMetadata() {
  const metadata = JSON.parse(readFileSync(join(output, "merged.metadata.json"), "utf8"));
  const described = metadata.files.map((file) => file.name).sort();
  assert.deepEqual(described, ["merged.csv", "merged.parquet"]);
  for (const file of metadata.files) {
    const bytes = readFileSync(join(output, file.name));
    assert.equal(file.bytes, bytes.length);
    assert.equal(file.sha256, createHash("sha256").update(bytes).digest("hex"));
  }
  const left = readdirSync(output).filter(
    (name) => !["merged.metadata.json", "quadrat.duckdb", ...described].includes(name),
  );
  assert.deepEqual(left, [], "files that should not be there");
}
