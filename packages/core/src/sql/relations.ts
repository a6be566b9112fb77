import { quoteIdentifier } from "../store/store.js";
import type { StoreReader } from "./reader.js";

/** A table or view of a store, as named in a query. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly view: boolean;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** The schemas of Quadrat's internal tables, whose contents are visible through views. */
const inner = "'dense', 'sparse', 'lists', 'outside', 'masked', 'rejected', 'derived', 'point_parts'";

/** The tables and views of a store, those of the store itself first. */
export async function readRelations(reader: StoreReader): Promise<Relation[]> {
  interface Row {
    readonly schema: string;
    readonly name: string;
    readonly view: boolean;
    readonly column: string;
    readonly type: string;
  }
  const rows = await reader.rows<Row>(
    `SELECT schema_name AS schema, table_name AS name, column_name AS column, data_type AS type,
        EXISTS (FROM duckdb_views() AS v WHERE v.view_oid = table_oid) AS view
      FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal
        AND schema_name NOT IN (${inner}) AND NOT starts_with(schema_name, 'scratch_')
      ORDER BY schema_name <> 'main', schema_name, table_name, column_index`,
  );
  const relations = new Map<string, Relation & { columns: { name: string; type: string }[] }>();
  for (const { schema, name, view, column, type } of rows) {
    const key = JSON.stringify([schema, name]);
    const relation = relations.get(key) ?? { schema, name, view, columns: [] };
    relation.columns.push({ name: column, type });
    relations.set(key, relation);
  }
  return [...relations.values()];
}

/** A relation as written in a query. */
export function relationText({ schema, name }: Pick<Relation, "schema" | "name">): string {
  return schema === "main" ? nameText(name) : `${nameText(schema)}.${quoteIdentifier(name)}`;
}

/** A name as it must be written: in quotes unless it is a plain word. */
export function nameText(name: string): string {
  return /^[a-z_][a-z\d_]*$/.test(name) ? name : quoteIdentifier(name);
}
