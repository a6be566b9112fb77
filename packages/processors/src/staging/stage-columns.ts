import { qualify, QuadratError, type StagedColumn, type Store, type TableName } from "@quadrat/core";
import { columnNames } from "@quadrat/core/host";

/** Rows of the long table that are made into lists at once. */
const rowsAtOnce = 131_072;

/**
 * Makes the table of a dataset of several columns from one of `cell, part, value`, which it replaces: a row per cell with the
 * lists of the columns that have a value there, and of these values. So it has a row per cell as any other, however many
 * columns there are.
 * @param labels what the columns stand for, in order
 */
export async function makeLists(
  store: Store,
  table: TableName,
  dataset: string,
  labels: readonly string[],
  signal: AbortSignal,
): Promise<readonly StagedColumn[]> {
  const long = { schema: table.schema, table: `${table.table} by part` };
  const [from, to] = [qualify(long), qualify(table)];
  await store.exec(
    `DROP TABLE IF EXISTS ${from}; ALTER TABLE ${to} RENAME TO "${long.table.replaceAll('"', '""')}"`,
  );
  try {
    const rows = await store.rows<{ part: number; n: number; min: number | null; max: number | null }>(
      `SELECT part, count(*)::DOUBLE AS n, min(value)::DOUBLE AS min, max(value)::DOUBLE AS max FROM ${from} GROUP BY part`,
    );
    const found = new Map(rows.map(({ part, n, min, max }) => [part, { values: n, min, max }]));
    if (labels.length === 0 || rows.some(({ part }) => !(part >= 0 && part < labels.length)))
      throw new QuadratError("internal", `${dataset}: values of columns that its source does not name`);
    const [{ type }] = (await store.rows<{ type: string }>(
      `SELECT any_value(column_type) AS type FROM (DESCRIBE ${from}) WHERE column_name = 'value'`,
    )) as [{ type: string }];
    await store.exec(`CREATE TABLE ${to} (cell BIGINT, parts INTEGER[], vals ${type}[])`);
    const starts = await store.rows<{ cell: bigint }>(
      `SELECT DISTINCT cell FROM ${from} WHERE rowid % ${rowsAtOnce} = 0 ORDER BY cell`,
    );
    for (const [index, { cell }] of starts.entries()) {
      signal.throwIfAborted();
      const next = starts[index + 1]?.cell;
      const range = `cell >= ${cell}${next === undefined ? "" : ` AND cell < ${next}`}`;
      await store.exec(`
        INSERT INTO ${to} SELECT cell, list(part ORDER BY part), list(value ORDER BY part)
        FROM ${from} WHERE ${range} GROUP BY cell ORDER BY cell`);
    }
    const names = columnNames(dataset, labels);
    return labels.map((label, part) => ({
      name: names[part]!,
      label,
      ...(found.get(part) ?? { values: 0, min: null, max: null }),
    }));
  } finally {
    await store.exec(`DROP TABLE IF EXISTS ${from}`);
  }
}
