import type { MergedTable } from "@quadrat/core";
import { Registry, type DuckDbStore } from "@quadrat/core/host";
import { tableFromIPC } from "apache-arrow";
import type { RecordBatch } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtinExporters } from "../src/index.js";
import { duckRows, openStore } from "./support/duckdb.js";
import { anyGrid } from "./support/tables.js";
import { exportTo } from "./support/write.js";

const query = `SELECT (cell % 200) / 2 - 49.75 AS x, 44.75 - (cell // 200) / 2 AS y,
  CASE WHEN cell % 3 > 0 THEN sin(cell)::FLOAT END AS "sine, of cell", (cell * cell)::BIGINT AS squares,
  CASE WHEN cell % 5 = 0 THEN (cell % 250)::UTINYINT END AS "class 🌲" FROM range(40000) AS cells(cell) ORDER BY cell`;

let store: DuckDbStore;
let table: MergedTable;
beforeAll(async () => {
  store = await openStore();
  const batches = (): AsyncIterable<RecordBatch> => store.query(query, { rows: () => 7777 });
  let schema: RecordBatch["schema"] | undefined;
  for await (const batch of store.query(query)) {
    schema = batch.schema;
    break;
  }
  table = {
    schema: schema!,
    grid: anyGrid,
    rowCount: undefined,
    batches,
    sql: () => query,
    exec: (statement) => store.exec(statement),
    summary: () => Promise.reject(new Error("not asked for")),
  };
});
afterAll(() => store.close());

describe("the built-in exporters", () => {
  it("are csv, parquet, arrow, geoparquet and geotiff", () => {
    const registry = new Registry().use(builtinExporters);
    expect([...registry.exporters].map(({ definition, plugin }) => [definition.name, plugin])).toEqual([
      ["csv", "@quadrat/exporters"],
      ["parquet", "@quadrat/exporters"],
      ["arrow", "@quadrat/exporters"],
      ["geoparquet", "@quadrat/exporters"],
      ["geotiff", "@quadrat/exporters"],
    ]);
  });

  it("write one and the same table from a database", async () => {
    const wanted = (await store.rows(query)).map((row) => Object.values(row));
    const found: Record<string, unknown[][]> = {};
    for (const definition of builtinExporters.exporters) {
      const exporter = await definition.create(definition.options!.parse({}) as never);
      const { path, rows, bytes } = await exportTo(exporter, table, `.${definition.name}`);
      expect(rows).toBe(40_000);
      if (definition.name === "geotiff") continue;
      if (definition.name === "arrow") {
        const columns = tableFromIPC(bytes);
        found["arrow"] = Array.from({ length: columns.numRows }, (_, row) =>
          columns.schema.fields.map((_, i) => columns.getChildAt(i)!.get(row) as unknown),
        );
      } else if (definition.name === "parquet") {
        found["parquet"] = await duckRows(`FROM read_parquet('${path}')`);
      } else if (definition.name === "geoparquet") {
        found["geoparquet"] = await duckRows(
          `SELECT * EXCLUDE (geometry, bbox) FROM read_parquet('${path}')`,
        );
      } else {
        const types = "{x: DOUBLE, y: DOUBLE, s: FLOAT, squares: BIGINT, c: UTINYINT}";
        found["csv"] = await duckRows(`FROM read_csv('${path}', header = true, columns = ${types})`);
      }
    }
    for (const format of ["csv", "parquet", "arrow", "geoparquet"])
      expect([format, found[format]]).toEqual([format, wanted]);
  });
});
