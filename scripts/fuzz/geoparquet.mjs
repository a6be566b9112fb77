import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const columns = { geometry: { encoding: "WKB", geometry_types: ["Polygon"] } };
const geo = JSON.stringify({ version: "1.1.0", primary_column: "geometry", columns });

/** The bytes of a small GeoParquet file with three polygons. */
export async function geoParquet() {
  const folder = mkdtempSync(join(tmpdir(), "quadrat-fuzz-"));
  const path = join(folder, "polygons.parquet");
  const rows = [0, 1, 2].map((number) => {
    const bytes = [...square(3 * number - 6, number)].map(
      (byte) => `\\x${byte.toString(16).padStart(2, "0")}`,
    );
    return `('species ${number % 2}', ${number}, '${bytes.join("")}'::BLOB)`;
  });
  const instance = await DuckDBInstance.create();
  try {
    const connection = await instance.connect();
    await connection.run(
      `COPY (FROM (VALUES ${rows.join(", ")}) polygons(name, zone, geometry)) TO '${path}' (FORMAT parquet, KV_METADATA {geo: '${geo}'})`,
    );
    connection.closeSync();
    return readFileSync(path);
  } finally {
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A square of five units as well-known binary. */
function square(x, y) {
  const corners = [
    [x, y],
    [x + 5, y],
    [x + 5, y + 5],
    [x, y + 5],
    [x, y],
  ];
  const bytes = Buffer.alloc(13 + 16 * corners.length);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt32LE(3, 1);
  bytes.writeUInt32LE(1, 5);
  bytes.writeUInt32LE(corners.length, 9);
  corners.flat().forEach((value, index) => bytes.writeDoubleLE(value, 13 + 8 * index));
  return bytes;
}
