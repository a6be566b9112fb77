import { qualify, QuadratError, returnBatch, type CellRange, type Store } from "@quadrat/core";
import { vectorRows } from "@quadrat/core/base";
import { listsTable } from "@quadrat/core/host";
import type { RoundColumn } from "./round-column.js";

/** The lists of consecutive rows. */
export interface RowLists {
  /** By row, the position of its list among these; negative where it has none. */
  readonly lists: Int32Array;
  /** Where each list begins, and where the last ends. */
  readonly starts: Int32Array;
  readonly parts: Int32Array;
  readonly values: Float64Array;
}

/** Rows that are fetched from DuckDB at once. */
const fetchedRows = 16 * vectorRows;

/** Lists between those of the rows that are read with them, for each row: more belong to cells that are not among the rows. */
const spareLists = 4;

/**
 * Reads the lists of consecutive rows, each once.
 * @param table in SQL, with the number of each row's list as `list`, in the order of the rows
 */
export async function readLists(
  store: Pick<Store, "query">,
  name: string,
  table: string,
  { first, end }: CellRange,
): Promise<RowLists> {
  const lists = new Int32Array(end - first);
  let read = 0;
  const rows = `FROM ${table} WHERE rowid >= ${first} AND rowid < ${end}`;
  const numbers = `SELECT coalesce(list, -1)::INTEGER AS list ${rows}`;
  for await (const batch of store.query(numbers, { rows: () => fetchedRows })) {
    lists.set((batch.data.children[0]!.values as Int32Array).subarray(0, batch.numRows), read);
    read += batch.numRows;
    returnBatch(batch);
  }
  if (read !== lists.length)
    throw new QuadratError("internal", `a range of ${lists.length} rows of ${name} has ${read}`);
  let least = Infinity;
  let most = -1;
  for (const list of lists) {
    if (list < 0) continue;
    if (list < least) least = list;
    if (list > most) most = list;
  }
  if (most < 0)
    return { lists, starts: new Int32Array(1), parts: new Int32Array(), values: new Float64Array() };
  const isDense = most - least < spareLists * Math.max(lists.length, vectorRows);
  const chosen = isDense ? undefined : Int32Array.from(new Set(lists.filter((list) => list >= 0))).sort();
  const positionOf = chosen
    ? (list: number): number => positionIn(chosen, list)
    : (list: number): number => list - least;
  for (let row = 0; row < lists.length; row++) if (lists[row]! >= 0) lists[row] = positionOf(lists[row]!);
  const entries =
    `SELECT list, unnest(parts)::INTEGER AS part, unnest(vals)::DOUBLE AS value FROM ${qualify(listsTable(name))} ` +
    `WHERE list >= ${least} AND list <= ${most}${chosen ? ` AND list IN (SELECT list ${rows})` : ""}`;
  return { lists, ...(await entriesOf(store, entries, chosen?.length ?? most - least + 1, positionOf)) };
}

/** Where a number is among others, ascending. */
function positionIn(numbers: Int32Array, wanted: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The entries of lists, in the order of these. */
async function entriesOf(
  store: Pick<Store, "query">,
  query: string,
  count: number,
  positionOf: (list: number) => number,
): Promise<Omit<RowLists, "lists">> {
  const starts = new Int32Array(count + 1);
  const found: { readonly at: Int32Array; readonly parts: Int32Array; readonly values: Float64Array }[] = [];
  for await (const batch of store.query(query, { rows: () => fetchedRows })) {
    const [lists, parts, values] = batch.data.children.map(({ values: array }) => array as Int32Array);
    const at = lists!.slice(0, batch.numRows);
    for (let index = 0; index < at.length; index++) {
      at[index] = positionOf(at[index]!);
      starts[at[index]! + 1]!++;
    }
    found.push({
      at,
      parts: parts!.slice(0, batch.numRows),
      values: new Float64Array(values!.subarray(0, batch.numRows)),
    });
    returnBatch(batch);
  }
  for (let list = 1; list < starts.length; list++) starts[list]! += starts[list - 1]!;
  const next = starts.slice();
  const total = starts[count]!;
  const [parts, values] = [new Int32Array(total), new Float64Array(total)];
  for (const piece of found) {
    for (let index = 0; index < piece.at.length; index++) {
      const to = next[piece.at[index]!]!++;
      parts[to] = piece.parts[index]!;
      values[to] = piece.values[index]!;
    }
  }
  return { starts, parts, values };
}

/**
 * Puts lists into columns, for rows from the first on: all columns have the value `absent` where a row has a list without them.
 * @param positions the column of each part; others are left out
 * @returns 1 for each row that has a list
 */
export function placeLists(
  { lists, starts, parts, values }: RowLists,
  columns: readonly RoundColumn[],
  positions: ReadonlyMap<number, number>,
  absent: number,
): Uint8Array {
  const present = new Uint8Array(lists.length);
  for (const column of columns) column.assume(absent, lists.length);
  const columnOf = new Int32Array(parts.length);
  for (let entry = 0; entry < parts.length; entry++) columnOf[entry] = positions.get(parts[entry]!) ?? -1;
  for (let row = 0; row < lists.length; row++) {
    const list = lists[row]!;
    if (list < 0) continue;
    present[row] = 1;
    for (let entry = starts[list]!; entry < starts[list + 1]!; entry++) {
      const column = columnOf[entry]!;
      if (column >= 0) columns[column]!.place(row, values[entry]!);
    }
  }
  settleAll(columns, present, lists.length);
  return present;
}

/** Makes rows that are not marked with a 1 NULL, or what is put in place of it, in all columns. */
export function settleAll(columns: readonly RoundColumn[], present: Uint8Array, rows: number): void {
  const bits = new Uint8Array(Math.ceil(rows / 8));
  let count = 0;
  for (let row = 0; row < rows; row++) {
    bits[row >> 3]! |= present[row]! << (row & 7);
    count += present[row]!;
  }
  for (const column of columns) column.settle(present, bits, rows, count);
}
