import { withScratch } from "./query-scratch.js";

type Node = Readonly<Record<string, unknown>>;

/**
 * Why the value that a query gives for a cell may depend on other cells, or on the cell's number, in words that follow "it";
 * undefined if it can't. In doubt there is a reason.
 */
export async function cellLocal(sql: string): Promise<string | undefined> {
  return withScratch(async (connection) => {
    const serialized = await connection.runAndReadAll(
      "SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true) AS tree",
      [sql.trim().replace(/;$/, "")],
    );
    const tree = JSON.parse(String(serialized.getRowObjects()[0]!["tree"])) as {
      readonly statements?: readonly { readonly node?: Node }[];
    };
    const aggregates = await connection.runAndReadAll(
      "SELECT DISTINCT lower(function_name) AS name FROM duckdb_functions() " +
        // Macros may hide an aggregate; this one does not.
        "WHERE function_type <> 'scalar' AND function_name <> 'nullif'",
    );
    const names = new Set(aggregates.getRows().map(([name]) => String(name)));
    return reasonIn(tree.statements?.[0]?.node, names);
  });
}

function reasonIn(node: Node | undefined, gathering: ReadonlySet<string>): string | undefined {
  if (node?.["type"] !== "SELECT_NODE") return "is more than one SELECT";
  if (
    node["cte_map"] &&
    JSON.stringify(node["cte_map"]) !== '{"map":[]}' &&
    JSON.stringify(node["cte_map"]) !== "{}"
  )
    return "has a WITH";
  if (node["modifiers"]) return "sorts, limits or removes duplicates";
  if (node["group_expressions"] || node["having"]) return "groups cells";
  if (node["qualify"] || node["sample"]) return "chooses among cells";
  const from = reasonOfTable(node["from_table"] as Node | undefined);
  if (from !== undefined) return from;
  for (const item of (node["select_list"] as readonly Node[] | undefined) ?? []) {
    const name = item["alias"];
    const isCalled = typeof name === "string" && name !== "" ? isCellName(name) : isCell(item);
    if (isCell(item) && isCalled) continue;
    if (isCalled) return "calculates the numbers of cells";
    const reason = reasonOfValue(item, gathering);
    if (reason !== undefined) return reason;
  }
  return reasonOfValue(node["where_clause"], gathering);
}

function reasonOfTable(table: Node | undefined): string | undefined {
  if (table?.["type"] === "BASE_TABLE")
    return String(table["table_name"]).toLowerCase() === "grid" ? "reads the grid" : undefined;
  if (table?.["type"] !== "JOIN") return "reads something other than datasets";
  const using = table["using_columns"] as readonly string[] | undefined;
  const natural = table["ref_type"] === "NATURAL";
  const byCell = natural || (using ? using.some(isCellName) : isSameCell(table["condition"]));
  if (!byCell) return "joins other cells";
  return reasonOfTable(table["left"] as Node) ?? reasonOfTable(table["right"] as Node);
}

/** Whether a condition is that two cells are the same. */
function isSameCell(condition: unknown): boolean {
  const { type, left, right } = (condition ?? {}) as Node;
  return type === "COMPARE_EQUAL" && isCell(left as Node) && isCell(right as Node);
}

function isCell(item: Node | undefined): boolean {
  if (item?.["class"] !== "COLUMN_REF") return false;
  return isCellName((item["column_names"] as readonly string[]).at(-1)!);
}

function isCellName(name: string): boolean {
  return name.toLowerCase() === "cell";
}

function reasonOfValue(value: unknown, gathering: ReadonlySet<string>): string | undefined {
  if (Array.isArray(value)) {
    for (const item of value) {
      const reason = reasonOfValue(item, gathering);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const node = value as Node;
  if (node["class"] === "WINDOW") return "has a window over cells";
  if (node["class"] === "SUBQUERY") return "has a subquery";
  if (node["class"] === "STAR") return "selects *";
  if (isCell(node)) return "calculates with the numbers of cells";
  if (node["class"] === "FUNCTION" && gathering.has(String(node["function_name"]).toLowerCase()))
    return `gathers cells with ${String(node["function_name"])}`;
  for (const child of Object.values(node)) {
    const reason = reasonOfValue(child, gathering);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
