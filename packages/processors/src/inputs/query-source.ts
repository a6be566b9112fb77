import {
  columnTypes,
  QuadratError,
  type CellReport,
  type CellSource,
  type CellTarget,
  type ColumnType,
} from "@quadrat/core";
import { insideMask, queryFault, selectFrom, type DatasetQuery } from "@quadrat/core/host";
import { withAbort } from "../tables/abort.js";
import { reasons } from "../tables/faults.js";

/** A dataset that is a query of others, which have been staged by then. */
export function querySource(query: DatasetQuery, dataType: ColumnType): CellSource {
  return {
    dataType,
    warnings: [],
    stage: (target) =>
      withAbort(target.signal, target.store, async () => {
        try {
          return await stageQuery(query, dataType, target);
        } catch (error) {
          throw failure(error);
        }
      }),
    close: () => Promise.resolve(),
  };
}

async function stageQuery(
  query: DatasetQuery,
  dataType: ColumnType,
  { grid, mask, store, table }: CellTarget,
): Promise<CellReport> {
  const { sql: type } = columnTypes[dataType];
  const floating = dataType.startsWith("float");
  // NaN and infinities, as from a division by zero, are not values.
  const value = floating ? `CASE WHEN isfinite(value::DOUBLE) THEN value END::${type}` : `value::${type}`;
  await store.exec(
    `CREATE OR REPLACE TABLE ${table} AS SELECT cell::BIGINT AS cell, ${value} AS value, value IS NOT NULL AS given ` +
      `FROM (${selectFrom(query, "cell, value")}) ORDER BY cell`,
  );
  const [facts] = await store.rows<{
    n: number;
    used: number;
    given: number;
    bad: number;
    example: bigint | null;
  }>(`
    SELECT count(*)::DOUBLE AS n, count(value)::DOUBLE AS used, count_if(given)::DOUBLE AS given,
      count_if(cell IS NULL OR cell < 0 OR cell >= ${grid.size})::DOUBLE AS bad,
      any_value(cell) FILTER (cell < 0 OR cell >= ${grid.size}) AS example
    FROM ${table}`);
  const { n, used, given, bad, example } = facts!;
  if (bad > 0) {
    const which = example === null ? "a cell that is NULL" : `cell ${example}`;
    throw wrong(
      `returns ${which}; the grid's cells are 0 to ${grid.size - 1}`,
      "take the cells from a dataset",
    );
  }
  const [twice] = await store.rows<{ cell: bigint; n: bigint }>(
    `SELECT cell, count(*) AS n FROM ${table} GROUP BY cell HAVING count(*) > 1 ORDER BY cell LIMIT 1`,
  );
  if (twice) {
    throw wrong(
      `returns cell ${twice.cell} ${twice.n} times`,
      "return each cell once: use GROUP BY cell and an aggregate",
    );
  }
  const inside = mask ? insideMask(table) : table;
  await store.exec(
    `CREATE OR REPLACE TABLE ${table} AS SELECT cell, value FROM ${inside} WHERE value IS NOT NULL ORDER BY cell`,
  );
  const infinite = given - used;
  const masked = mask ? used - (await countOf(store, table)) : 0;
  const warnings = infinite > 0 ? [infiniteText(infinite)] : [];
  const skipped = {
    ...(n > given && { "value is NULL": n - given }),
    ...(infinite > 0 && { [notFinite]: infinite }),
    ...(masked > 0 && { [reasons.masked]: masked }),
  };
  return { read: n, used: used - masked, skipped, warnings };
}

async function countOf(store: CellTarget["store"], table: string): Promise<number> {
  const [row] = await store.rows<{ n: number }>(`SELECT count(*)::DOUBLE AS n FROM ${table}`);
  return row!.n;
}

/** Why cells have no value, as worded in the report. */
export const notFinite = "not finite";

/** The warning of these cells. */
export function infiniteText(cells: number): string {
  return `${cells} cells have no value because the query returns NaN or infinity there, for example from a division by zero`;
}

function wrong(what: string, hint: string): QuadratError {
  return new QuadratError("usage", `the query ${what}`, { hint, place: { key: "sql" } });
}

/** DuckDB's error for a query that fails on its data: an overflow, a conversion. */
function failure(error: unknown): unknown {
  const fault = queryFault(error);
  if (!(fault instanceof QuadratError) || fault.kind !== "usage" || fault.place.key === "sql") return fault;
  return new QuadratError("usage", `the query fails: ${fault.message}`, {
    cause: error,
    hint: "cast to a wider type, such as value::DOUBLE, or use TRY_CAST or CASE",
    place: { key: "sql" },
  });
}
