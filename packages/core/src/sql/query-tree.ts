/** The names in a query, according to DuckDB's parser. */
export interface NamedInQuery {
  /** Tables that the query does not define itself, as `[schema, name]`; the schema is empty if none is written. */
  readonly tables: readonly (readonly [schema: string, name: string])[];
  /** In lower case. */
  readonly tableFunctions: readonly string[];
  readonly functions: readonly string[];
  readonly samples: boolean;
}

type Node = Readonly<Record<string, unknown>>;

/** Words that SQL evaluates as functions without parentheses. */
const bareFunctions = new Set(
  "current_date current_time current_timestamp localtime localtimestamp current_user session_user user current_schema current_catalog".split(
    " ",
  ),
);

/** Walks a tree of `json_serialize_sql`. */
export function namedIn(tree: unknown): NamedInQuery {
  const tables = new Map<string, readonly [string, string]>();
  const tableFunctions = new Set<string>();
  const functions = new Set<string>();
  let samples = false;

  const visit = (value: unknown, own: ReadonlySet<string>): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, own);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    const node = value as Node;
    const inner = visitCommonTables(node, own, visit);
    note(node, inner);
    for (const [key, child] of Object.entries(node)) if (key !== "cte_map") visit(child, inner);
  };

  const note = (node: Node, own: ReadonlySet<string>): void => {
    const text = (key: string): string => (typeof node[key] === "string" ? node[key] : "");
    if (node["sample"]) samples = true;
    if (node["type"] === "BASE_TABLE") {
      const [schema, name] = [text("schema_name"), text("table_name")];
      const catalog = text("catalog_name");
      if (schema !== "" || !own.has(name.toLowerCase())) {
        tables.set(JSON.stringify([catalog, schema, name]), [
          catalog ? `${catalog}.${schema}` : schema,
          name,
        ]);
      }
    } else if (node["type"] === "TABLE_FUNCTION") {
      tableFunctions.add(String((node["function"] as Node | undefined)?.["function_name"]).toLowerCase());
    } else if (node["type"] === "COLUMN_REF") {
      const [name, more] = node["column_names"] as readonly string[];
      if (more === undefined && bareFunctions.has(name!.toLowerCase())) functions.add(name!.toLowerCase());
    } else if (node["class"] === "FUNCTION" || node["class"] === "WINDOW") {
      functions.add(text("function_name").toLowerCase());
    }
  };

  visit(tree, new Set());
  return {
    tables: [...tables.values()],
    tableFunctions: [...tableFunctions],
    functions: [...functions],
    samples,
  };
}

/**
 * Visits the queries of a WITH, each of which sees those before it, and itself if it is recursive; returns what the rest
 * sees.
 */
function visitCommonTables(
  node: Node,
  own: ReadonlySet<string>,
  visit: (value: unknown, own: ReadonlySet<string>) => void,
): ReadonlySet<string> {
  const map = (node["cte_map"] as { map?: readonly { key: string; value: Node }[] } | undefined)?.map ?? [];
  const seen = new Set(own);
  for (const { key, value } of map) {
    const query = (value["query"] as { node?: Node } | undefined)?.node;
    const recurs = query?.["type"] === "RECURSIVE_CTE_NODE";
    visit(value, recurs ? new Set([...seen, key.toLowerCase()]) : seen);
    seen.add(key.toLowerCase());
  }
  return seen;
}
