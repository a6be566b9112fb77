import { qualify, quoteIdentifier, type MergedTable, type Store } from "@quadrat/core";
import { committedCells } from "@quadrat/core/base";

const written = { schema: "main", table: "written_rows" };
const name = qualify(written);

/** The sum of the values of sparse tables from which on joining and sorting them in one statement takes too much memory. */
const manyValues = 500_000;

/** Whether the merged rows of sparse tables with so many values are better written to a table of their own before they are read. */
export function areMany(values: number): boolean {
  return values > manyValues;
}

/**
 * Calls `work` with a SELECT of the merged rows, which are first written to a table of their own, range by range. It exists until
 * the work is done.
 * @param types SQL types of the columns
 * @param selects SELECTs of the rows, one range after the other; by default they are fetched, which can't be done with texts
 */
export async function withWrittenRows<T>(
  store: Store,
  table: Pick<MergedTable, "schema" | "batches">,
  types: readonly string[],
  work: (select: string) => Promise<T>,
  selects?: Iterable<string>,
): Promise<T> {
  const names = table.schema.fields.map((field) => quoteIdentifier(field.name));
  // Names of columns may differ by case alone, which a table can't have.
  const stored = names.map((_, index) => `c${index}`);
  await store.exec(
    `CREATE OR REPLACE TABLE ${name} (${stored.map((column, index) => `${column} ${types[index]!}`).join(", ")})`,
  );
  try {
    if (selects) for (const select of selects) await store.exec(`INSERT INTO ${name} ${select}`);
    else await store.append(written, table.batches(), { commitEvery: committedCells });
    const columns = names.map((column, index) => `${stored[index]!} AS ${column}`);
    return await work(`SELECT ${columns.join(", ")} FROM ${name}`);
  } finally {
    await store.exec(`DROP TABLE IF EXISTS ${name}`);
  }
}
