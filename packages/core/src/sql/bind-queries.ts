import { DuckDBTypeId, type DuckDBConnection, type DuckDBType } from "@duckdb/node-api";
import { gridTable } from "../catalogue/store-tables.js";
import { isQuadratError, type QuadratError } from "../errors.js";
import type { ColumnType, DataType } from "../raster/raster.js";
import { qualify, quoteIdentifier } from "../store/store.js";
import { columnTypes } from "../store/types.js";
import type { DatasetQuery } from "./dataset-queries.js";
import { queryFault } from "./faults.js";
import { withScratch, wrong } from "./query-scratch.js";

/**
 * Finds the types of queries' values by binding the queries to empty tables, in the given order.
 * @param types of the datasets that are not queries
 * @param wanted types to use instead of the queries' own
 */
export async function bindDatasetQueries(
  queries: readonly DatasetQuery[],
  types: ReadonlyMap<string, ColumnType>,
  wanted: (name: string) => DataType | undefined,
): Promise<{
  readonly types: ReadonlyMap<string, ColumnType>;
  readonly faults: ReadonlyMap<string, QuadratError>;
}> {
  const known = new Map(types);
  const faults = new Map<string, QuadratError>();
  await withScratch(async (connection) => {
    await connection.run(`CREATE SCHEMA staged; ${gridTable}`);
    const make = async (name: string, type: ColumnType): Promise<void> => {
      const table = qualify({ schema: "staged", table: name });
      await connection.run(
        `CREATE TABLE ${table} (cell BIGINT, x DOUBLE, y DOUBLE, value ${columnTypes[type].sql})`,
      );
    };
    for (const [name, type] of types) await make(name, type);
    for (const query of queries) {
      // A query that reads a faulty one is not at fault itself.
      if (query.reads.some((read) => !known.has(read))) continue;
      try {
        const type = wanted(query.name) ?? (await bindQuery(connection, query));
        if (wanted(query.name)) await bindQuery(connection, query);
        await make(query.name, type);
        known.set(query.name, type);
      } catch (error) {
        const fault = queryFault(error);
        if (!isQuadratError(fault)) throw fault;
        faults.set(
          query.name,
          fault.place.key === "sql" ? fault : wrong(`is invalid: ${fault.message}`, columnsHint),
        );
      }
    }
  });
  return { types: known, faults };
}

const columnsHint = "datasets have the columns cell, x, y and value; grid has width, height and its bounds";

async function bindQuery(connection: DuckDBConnection, query: DatasetQuery): Promise<DataType> {
  const statement = await connection.prepare(selectFrom(query, "*"));
  if (statement.parameterCount > 0) throw wrong("has parameters", "write the values into it");
  const columns = new Map<string, DuckDBType>();
  for (let index = 0; index < statement.columnCount; index++) {
    columns.set(statement.columnName(index).toLowerCase(), statement.columnType(index));
  }
  const [cell, value] = [columns.get("cell"), columns.get("value")];
  if (!cell || !value) {
    const missing = [cell ? [] : ["cell"], value ? [] : ["value"]].flat().join(" and ");
    throw wrong(
      `returns no column ${missing}, only ${[...columns.keys()].join(", ")}`,
      "name them, as in SELECT cell, a.value / b.value AS value FROM a JOIN b USING (cell)",
    );
  }
  const cellType = dataTypes[cell.typeId];
  if (cellType === undefined || !cellType.includes("int") || cell.typeId === DuckDBTypeId.BOOLEAN) {
    throw wrong(
      `returns a cell of type ${cell.toString()}`,
      "a cell must be a whole number; take it from a dataset",
    );
  }
  const type = dataTypes[value.typeId];
  if (type) return type;
  throw wrong(`returns a value of type ${value.toString()}`, "a value must be a number or a boolean");
}

const dataTypes: Partial<Record<DuckDBTypeId, DataType>> = {
  [DuckDBTypeId.BOOLEAN]: "uint8",
  [DuckDBTypeId.TINYINT]: "int8",
  [DuckDBTypeId.UTINYINT]: "uint8",
  [DuckDBTypeId.SMALLINT]: "int16",
  [DuckDBTypeId.USMALLINT]: "uint16",
  [DuckDBTypeId.INTEGER]: "int32",
  [DuckDBTypeId.UINTEGER]: "uint32",
  [DuckDBTypeId.BIGINT]: "int64",
  [DuckDBTypeId.UBIGINT]: "uint64",
  [DuckDBTypeId.FLOAT]: "float32",
  [DuckDBTypeId.DOUBLE]: "float64",
  [DuckDBTypeId.DECIMAL]: "float64",
  [DuckDBTypeId.HUGEINT]: "float64",
  [DuckDBTypeId.UHUGEINT]: "float64",
};

/** A SELECT of columns from a dataset's query, which sees the datasets that it reads under their bare names. */
export function selectFrom({ sql, reads }: Pick<DatasetQuery, "sql" | "reads">, columns: string): string {
  const visible = reads.map(
    (name) =>
      `${quoteIdentifier(name)} AS NOT MATERIALIZED (FROM ${qualify({ schema: "staged", table: name })})`,
  );
  const names = visible.length > 0 ? `WITH ${visible.join(", ")} ` : "";
  // A line comment at the query's end must not swallow what follows.
  return `${names}SELECT ${columns} FROM (\n${sql}\n)`;
}
