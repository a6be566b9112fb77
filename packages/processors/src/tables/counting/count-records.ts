import { QuadratError, returnBatch, type Grid } from "@quadrat/core";
import { cleanedUp } from "@quadrat/core/base";
import * as arrow from "apache-arrow";
import { reasonOf, type Reason } from "../faults.js";
import type { PlacedPiece } from "../measures/gather.js";
import { firstRecords } from "../records/first-records.js";
import type { Work } from "../reader.js";
import { mergeRuns, type CellCounts } from "./merge-runs.js";
import { nameless, NameNumbers } from "./name-numbers.js";
import { Run } from "./run.js";
import { RunReader, SpilledRuns } from "./spilled-runs.js";

/** Slots carry the checks that a record fails in the bits from this one on: more than there are cells. */
export const failBit = 45;

/** The upper word of a slot without these bits. */
const upperBits = failBit - 32;

/** Rows that are fetched at once. */
const batchRows = 65_536;

/** The minimum number of entries of a run. */
const leastEntries = 65_536;

/** What was counted; the counts of cells are in the table. */
export interface RecordCounts {
  /** A table `cell, n, named`, ascending by cell: its records, and their different names. */
  readonly table: string;
  readonly used: number;
  /** Used records without a name. */
  readonly nameless: number;
  /** Records left out. */
  readonly leftOut: ReadonlyMap<Reason, number>;
  /** By the number of a check, the records that fail it. */
  readonly failed: readonly number[];
  readonly first: FirstRecords;
}

/** The numbers of the first records, counted from 1 in the order in which they are read. */
export interface FirstRecords {
  /** Of those left out for a reason. */
  readonly leftOut: ReadonlyMap<Reason, readonly number[]>;
  /** By the number of a check, of those that fail it. */
  readonly failed: readonly (readonly number[])[];
}

export interface CountOptions {
  readonly grid: Grid;
  /** Whether records have names, in the column `v`. */
  readonly named: boolean;
  /** Whether slots carry the checks that a record fails. */
  readonly packed: boolean;
  /** The bytes that counting may take. */
  readonly memoryBytes: number;
}

/**
 * Counts the records, and the different names, of each cell: records are sorted by cell and name in runs that fit into memory,
 * which wait in a file and are merged at the end. It takes as much memory however many records there are.
 * @returns undefined if there are too many different names
 */
export async function countRecords(
  work: Work,
  pieces: AsyncIterable<PlacedPiece>,
  { grid, named, packed, memoryBytes }: CountOptions,
): Promise<RecordCounts | undefined> {
  const { store, scratch } = work;
  const entries = Math.floor(memoryBytes / 2 / Run.entryBytes(grid.size));
  const run = new Run(Math.max(leastEntries, entries), grid.size);
  const spilled = new SpilledRuns(scratch.runs, grid.size);
  const numbers = new NameNumbers(memoryBytes / 2);
  const tally = new Tally(packed);
  return cleanedUp(
    async () => {
      const counting = { run, spilled, numbers, tally };
      for await (const piece of pieces) {
        if (!(await countPiece(work, piece, { named, aheadBytes: memoryBytes / 2 }, counting)))
          return undefined;
        if (piece.after !== undefined) await store.exec(piece.after);
      }
      run.sort();
      const readers = [...spilled.readers(), RunReader.of(run)];
      const table = scratch.sql("counts");
      await store.exec(`CREATE OR REPLACE TABLE ${table} (cell BIGINT, n UINTEGER, named UINTEGER)`);
      await store.append(scratch.table("counts"), batchesOf(mergeRuns(readers)), { commitEvery: 1 << 22 });
      return { table, ...tally.result() };
    },
    () => spilled.close(),
  );
}

interface Counting {
  readonly run: Run;
  readonly spilled: SpilledRuns;
  readonly numbers: NameNumbers;
  readonly tally: Tally;
}

/** Counts the records of a part; false if there are too many names. */
async function countPiece(
  { store, signal }: Work,
  { placed }: PlacedPiece,
  { named, aheadBytes }: { readonly named: boolean; readonly aheadBytes: number },
  { run, spilled, numbers, tally }: Counting,
): Promise<boolean> {
  const hash = (text: string): string => `CASE WHEN v IS NULL OR slot < 0 THEN 0 ELSE hash(${text}) END`;
  // What comes before a text makes its hash an independent one.
  const hashes = named ? [`${hash("v")} AS one`, `${hash("chr(1) || v")} AS other`] : [];
  const query = `SELECT ${["slot::BIGINT AS slot", ...hashes].join(", ")} FROM (${placed})`;
  for await (const batch of oneAhead(store.query(query, { rows: () => batchRows, aheadBytes }))) {
    signal.throwIfAborted();
    const [slots, one, other] = batch.data.children.map((child) => wordsOf(child)) as [
      Uint32Array,
      Uint32Array?,
      Uint32Array?,
    ];
    const rows = batch.numRows;
    for (let row = 0; row < rows; row++) {
      const cell = tally.take(slots[2 * row]!, slots[2 * row + 1]! | 0);
      if (cell < 0) continue;
      let name = nameless;
      if (one && other) {
        name = numbers.numberAt(one, other, row);
        if (name < 0) return false;
        if (name === nameless) tally.nameless++;
      }
      if (run.length === run.capacity) {
        run.sort();
        await spilled.write(run);
        run.clear();
      }
      run.add(cell, name);
    }
    returnBatch(batch);
  }
  return true;
}

/** Items of which the next one is requested before one is given: DuckDB makes it while this thread is at work. */
async function* oneAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const found = await next;
      if (found.done) return;
      next = iterator.next();
      // It is thrown when its turn comes, which is never if the reader stops early.
      next.catch(() => undefined);
      yield found.value;
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.return?.();
  }
}

/** 64-bit numbers as pairs of words, the lower one first. */
function wordsOf({ values, length }: arrow.Data): Uint32Array {
  const found = values as BigInt64Array;
  if (found.BYTES_PER_ELEMENT !== 8) throw new QuadratError("internal", "a slot has not 64 bits");
  return new Uint32Array(found.buffer, found.byteOffset, 2 * length);
}

interface Count {
  n: number;
  readonly first: number[];
}

/** What becomes of records, by their slots. */
class Tally {
  nameless = 0;
  #used = 0;
  #record = 0;
  readonly #leftOut: Count[] = [];
  readonly #failed: Count[] = [];
  /** The bits of the upper word that belong to a cell or a reason. */
  readonly #bits: number;

  constructor(packed: boolean) {
    this.#bits = packed ? upperBits : 31;
  }

  /** Counts a record; the cell where it is used, -1 if it is left out. */
  take(lower: number, upper: number): number {
    this.#record++;
    if (upper >= 0) {
      this.#used++;
      return this.#placeOf(lower, upper);
    }
    // A negative number is the complement of that of the reason, which begins at 0.
    const reason = this.#placeOf(~lower >>> 0, ~upper);
    this.#add(this.#leftOut, reason);
    return -1;
  }

  /** The cell or reason; what else is in the number is counted. */
  #placeOf(lower: number, upper: number): number {
    const fails = upper >>> this.#bits;
    if (fails === 0) return upper * 2 ** 32 + lower;
    this.#fail(fails);
    return (upper & (2 ** this.#bits - 1)) * 2 ** 32 + lower;
  }

  #fail(fails: number): void {
    for (let check = 0; fails >>> check !== 0; check++)
      if ((fails >>> check) & 1) this.#add(this.#failed, check);
  }

  #add(counts: Count[], index: number): void {
    const count = (counts[index] ??= { n: 0, first: [] });
    if (count.n++ < firstRecords) count.first.push(this.#record);
  }

  result(): Omit<RecordCounts, "table"> {
    const leftOut = new Map<Reason, number>();
    const first = new Map<Reason, readonly number[]>();
    this.#leftOut.forEach((count, code) => {
      leftOut.set(reasonOf(code), count.n);
      first.set(reasonOf(code), count.first);
    });
    return {
      used: this.#used,
      nameless: this.nameless,
      leftOut,
      failed: this.#failed.map(({ n }) => n),
      first: { leftOut: first, failed: this.#failed.map((count) => count.first) },
    };
  }
}

async function* batchesOf(counted: AsyncIterable<CellCounts>): AsyncGenerator<arrow.RecordBatch> {
  const schema = new arrow.Schema([
    new arrow.Field("cell", new arrow.Int64(), false),
    new arrow.Field("n", new arrow.Uint32(), false),
    new arrow.Field("named", new arrow.Uint32(), false),
  ]);
  for await (const { length, cells, records, names } of counted) {
    const values = new BigInt64Array(length);
    for (let at = 0; at < length; at++) values[at] = BigInt(cells[at]!);
    const children = [
      arrow.makeData({ type: new arrow.Int64(), length, nullCount: 0, data: values }),
      arrow.makeData({ type: new arrow.Uint32(), length, nullCount: 0, data: records.slice(0, length) }),
      arrow.makeData({ type: new arrow.Uint32(), length, nullCount: 0, data: names.slice(0, length) }),
    ];
    yield new arrow.RecordBatch(
      schema,
      arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children }),
    );
  }
}
