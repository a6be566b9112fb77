import { DuckDBTypeId, type DuckDBConnection } from "@duckdb/node-api";
import { isQuadratError, QuadratError } from "../errors.js";
import { quoteIdentifier } from "../store/store.js";
import { volatileFunctions } from "./dataset-queries.js";
import { queryFault } from "./faults.js";
import { withScratch } from "./query-scratch.js";
import { namedIn } from "./query-tree.js";
import { statementsOf } from "./statements.js";

/** A condition on the records of a table, that of a dataset's `where`. */
export interface Condition {
  /** One expression, as it was written. */
  readonly sql: string;
  /** The columns that it reads, each as the names that it is written with: `a.b` has two. */
  readonly columns: readonly (readonly string[])[];
}

/** A column that a condition may read. */
export interface ConditionColumn {
  readonly name: string;
  /** DuckDB's type. */
  readonly type: string;
}

type Node = Readonly<Record<string, unknown>>;

/** What an expression must not contain, by the class that DuckDB's parser gives it. */
const refusedClasses: Readonly<Record<string, string>> = {
  SUBQUERY: "contains a subquery",
  WINDOW: "contains a window function",
  STAR: "contains a star in place of a column",
  PARAMETER: "has a parameter",
  DEFAULT: "contains DEFAULT",
};

const hint = "give one condition on the columns of the input, such as \"year >= 1990 AND country = 'DE'\"";

const castHint =
  "a column some of whose values are not numbers is text: `TRY_CAST(mass AS DOUBLE) > 3` makes NULL of those";

/**
 * Parses a condition with DuckDB's own parser. Nothing is run.
 * @throws QuadratError with the key `where` unless it is one expression without subqueries, aggregates, windows, and functions
 * whose results depend on anything but the record
 */
export async function parseCondition(text: string): Promise<Condition> {
  const [sql, second] = statementsOf(text);
  if (sql === undefined) throw wrong("is empty", hint);
  if (second !== undefined) throw wrong("contains more than one statement", hint);
  let condition: Condition | undefined;
  await withScratch(async (connection) => {
    const expression = await expressionOf(connection, sql);
    const columns = columnsOf(expression);
    const refused = await refusedFunctions(connection);
    const { functions } = namedIn(expression);
    const called = functions.find((name) => refused.has(name));
    if (called !== undefined) throw wrong(`calls ${called}, ${refused.get(called)!}`, hint);
    condition = { sql, columns };
  });
  return condition!;
}

/**
 * Binds a condition to columns, which are found without regard to case.
 * @throws QuadratError with the key `where` if it does not fit them, or is not true or false
 */
export async function bindCondition({ sql }: Condition, columns: readonly ConditionColumn[]): Promise<void> {
  await withScratch(async (connection) => {
    const list = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
    await connection.run(`CREATE TABLE input (${[...list, '"no column" BOOLEAN'].join(", ")})`);
    try {
      // What can't be computed whatever the record says, such as a text compared with a number, fails on this one.
      await connection.run('INSERT INTO input ("no column") VALUES (NULL)');
      await connection.run(`SELECT 1 FROM input WHERE (\n${sql}\n)`);
      const statement = await connection.prepare(`SELECT (\n${sql}\n) AS holds FROM input`);
      const type = statement.columnType(0);
      if (type.typeId === DuckDBTypeId.BOOLEAN || type.typeId === DuckDBTypeId.SQLNULL) return;
      throw wrong(`is of type ${type.toString()}, not true or false`, hint);
    } catch (error) {
      if (isQuadratError(error)) throw error;
      const fault = queryFault(error);
      if (!isQuadratError(fault)) throw fault;
      throw wrong(
        `is invalid: ${fault.message}`,
        /explicit (type )?cast/.test(fault.message) ? castHint : hint,
      );
    }
  });
}

/** The expression of a condition that is the same with and without parentheses around it, so that none of its own end there. */
async function expressionOf(connection: DuckDBConnection, sql: string): Promise<Node> {
  let expression: Node | undefined;
  for (const text of [`SELECT\n${sql}\n`, `SELECT (\n${sql}\n)`]) {
    const result = await connection.runAndReadAll(
      "SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true) AS tree",
      [text],
    );
    const tree = JSON.parse(String(result.getRowObjects()[0]!["tree"])) as {
      error?: boolean;
      error_message?: string;
      statements?: readonly { node?: Node }[];
    };
    if (tree.error)
      throw wrong(`can't be read: ${tree.error_message ?? "it is not a valid SQL condition"}`, hint);
    const [statement] = tree.statements ?? [];
    const node = statement?.node;
    const list = (node?.["select_list"] ?? []) as readonly Node[];
    const from = node?.["from_table"] as Node | undefined;
    const known = ["type", "select_list", "from_table", "aggregate_handling"];
    const isAlone =
      tree.statements?.length === 1 &&
      list.length === 1 &&
      list[0]!["alias"] === undefined &&
      from?.["type"] === "EMPTY" &&
      node?.["aggregate_handling"] === "STANDARD_HANDLING" &&
      Object.keys(node).every((key) => known.includes(key));
    if (!isAlone) throw wrong("is more than a condition", hint);
    [expression] = list;
  }
  return expression!;
}

/** The columns in an expression; names of lambdas' parameters are not columns. @throws QuadratError for what it must not contain */
function columnsOf(expression: Node): (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  const visit = (value: unknown, parameters: ReadonlySet<string>): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, parameters);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    const node = value as Node;
    const refused = refusedClasses[String(node["class"])];
    if (refused !== undefined) throw wrong(refused, hint);
    if (node["class"] === "LAMBDA") {
      const names = new Set(parameters);
      for (const name of namesIn(node["lhs"])) names.add(name.toLowerCase());
      visit(node["expr"], names);
      return;
    }
    if (node["class"] === "COLUMN_REF") {
      const names = node["column_names"] as readonly string[];
      if (!parameters.has(names[0]!.toLowerCase())) found.set(JSON.stringify(names), names);
      return;
    }
    for (const child of Object.values(node)) visit(child, parameters);
  };
  visit(expression, new Set());
  return [...found.values()];
}

/** The first names of all column references in a tree. */
function namesIn(tree: unknown): string[] {
  if (Array.isArray(tree)) return tree.flatMap(namesIn);
  if (typeof tree !== "object" || tree === null) return [];
  const node = tree as Node;
  if (node["class"] === "COLUMN_REF") return (node["column_names"] as readonly string[]).slice(0, 1);
  return Object.values(node).flatMap(namesIn);
}

/** Functions that a condition must not call, with the reason. */
async function refusedFunctions(connection: DuckDBConnection): Promise<ReadonlyMap<string, string>> {
  const refused = new Map<string, string>();
  const result = await connection.runAndReadAll(
    "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type = 'aggregate'",
  );
  const scalar = await connection.runAndReadAll(
    "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN ('scalar', 'macro')",
  );
  const scalars = new Set(scalar.getRows().map(([name]) => String(name)));
  for (const [name] of result.getRows()) {
    if (!scalars.has(String(name))) refused.set(String(name), "an aggregate of several records");
  }
  for (const name of await volatileFunctions(connection)) {
    refused.set(name, "whose result depends on more than the record");
  }
  for (const name of ["version", "current_localtime", "current_localtimestamp", "getenv"]) {
    refused.set(name, "whose result depends on more than the record");
  }
  return refused;
}

/** The fault of a dataset's `where`. */
export function wrongCondition(what: string, advice: string): QuadratError {
  return new QuadratError("usage", `\`where\` ${what}`, { hint: advice, place: { key: "where" } });
}

const wrong = wrongCondition;
