import type { DuckDBConnection } from "@duckdb/node-api";
import { isQuadratError, nearest, type QuadratError } from "../errors.js";
import { withScratch, wrong } from "./query-scratch.js";
import { namedIn } from "./query-tree.js";
import { statementsOf } from "./statements.js";

/** A checked dataset that is a query of others. */
export interface DatasetQuery {
  readonly name: string;
  /** One SELECT, without a semicolon. */
  readonly sql: string;
  /** The datasets that it reads, by their names. */
  readonly reads: readonly string[];
}

/** Queries in an order in which each comes after those that it reads, and the faults of the others. */
export interface DatasetQueries {
  readonly ordered: readonly DatasetQuery[];
  readonly faults: ReadonlyMap<string, QuadratError>;
}

/**
 * Parses the queries of datasets with DuckDB's own parser, finds what they read, and puts them in order. Nothing is run.
 * @param queries by the dataset's name
 * @param names of all datasets
 */
export async function parseDatasetQueries(
  queries: ReadonlyMap<string, string>,
  names: readonly string[],
): Promise<DatasetQueries> {
  const faults = new Map<string, QuadratError>();
  const parsed = new Map<string, DatasetQuery>();
  await withScratch(async (connection) => {
    const volatile = await volatileFunctions(connection);
    for (const [name, sql] of queries) {
      try {
        parsed.set(name, await parseQuery(connection, name, sql, names, volatile));
      } catch (error) {
        if (!isQuadratError(error)) throw error;
        faults.set(name, error);
      }
    }
  });
  const ordered = order(parsed, faults);
  return { ordered, faults };
}

const harmlessTables = new Set(["range", "generate_series", "unnest"]);

async function parseQuery(
  connection: DuckDBConnection,
  name: string,
  text: string,
  names: readonly string[],
  volatile: ReadonlySet<string>,
): Promise<DatasetQuery> {
  const [sql, second] = statementsOf(text);
  if (sql === undefined || second !== undefined) {
    throw wrong(sql === undefined ? "is empty" : "contains more than one statement", "give one SELECT");
  }
  const result = await connection.runAndReadAll(
    "SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true) AS tree",
    [sql],
  );
  const tree = JSON.parse(String(result.getRowObjects()[0]!["tree"])) as {
    error?: boolean;
    error_type?: string;
    error_message?: string;
    statements?: unknown[];
  };
  if (tree.error) {
    if (tree.error_type === "not implemented") throw wrong("is not a SELECT", "give one SELECT");
    throw wrong(
      `can't be read: ${tree.error_message ?? "it is not valid SQL"}`,
      "check it with `quadrat sql`",
    );
  }
  const { tables, tableFunctions, functions, samples } = namedIn(tree.statements);
  const other = tableFunctions.find((one) => !harmlessTables.has(one));
  if (other !== undefined) {
    throw wrong(
      `calls ${other}`,
      `a query may read only datasets and \`grid\`; functions allowed in FROM: ${[...harmlessTables].join(", ")}`,
    );
  }
  const changing = functions.find((one) => volatile.has(one));
  if (changing !== undefined || samples) {
    throw wrong(
      changing === undefined
        ? "takes a sample"
        : `calls ${changing}, whose result may differ from run to run`,
      "a result must depend only on the inputs and the configuration",
    );
  }
  const reads = new Set<string>();
  for (const table of tables) {
    const found = datasetNamed(table, names);
    if (found !== undefined) reads.add(found);
  }
  return { name, sql, reads: names.filter((one) => reads.has(one)) };
}

/** The dataset of a table's name; undefined for the table `grid`. */
function datasetNamed(
  [schema, table]: readonly [schema: string, table: string],
  names: readonly string[],
): string | undefined {
  const lower = table.toLowerCase();
  const found = names.find((name) => name.toLowerCase() === lower);
  if (found !== undefined && (schema === "" || schema.toLowerCase() === "staged")) return found;
  if (lower === "grid" && (schema === "" || schema.toLowerCase() === "main")) return undefined;
  const near = nearest(table, [...names, "grid"]);
  const written = schema === "" ? table : `${schema}.${table}`;
  throw wrong(
    `reads ${written}, which is not a dataset`,
    `${near === undefined ? "" : `did you mean ${near}? `}it can read ${names.join(", ")} and grid`,
  );
}

/** Depth first, in the order of the configuration; a cycle is a fault of each of its queries. */
function order(parsed: ReadonlyMap<string, DatasetQuery>, faults: Map<string, QuadratError>): DatasetQuery[] {
  const done: DatasetQuery[] = [];
  const settled = new Set<string>();
  const visit = (name: string, above: readonly string[]): void => {
    const query = parsed.get(name);
    if (!query || settled.has(name)) return;
    if (above.includes(name)) {
      const cycle = [...above.slice(above.indexOf(name)), name];
      for (const member of cycle) {
        if (faults.has(member)) continue;
        faults.set(member, wrong(`reads itself: ${cycle.join(" -> ")}`, "remove one of these references"));
      }
      return;
    }
    for (const read of query.reads) visit(read, [...above, name]);
    if (settled.has(name)) return;
    settled.add(name);
    if (!faults.has(name)) done.push(query);
  };
  for (const name of parsed.keys()) visit(name, []);
  return done;
}

/** Functions whose result may differ between runs, or depends on settings. */
export async function volatileFunctions(connection: DuckDBConnection): Promise<ReadonlySet<string>> {
  const result = await connection.runAndReadAll(
    "SELECT DISTINCT lower(function_name) AS name FROM duckdb_functions() " +
      "WHERE stability <> 'CONSISTENT' AND function_name <> 'error'",
  );
  return new Set([...result.getRows().map(([name]) => String(name)), "current_setting", "getvariable"]);
}
