import { quoteIdentifier } from "@quadrat/core";
import { keptNames, type Piece, type Work } from "../reader.js";
import { linesOf, reasons } from "../faults.js";
import type { Scratch } from "../scratch.js";
import { brokenRecords, emptyLog, type RewriteLog } from "./rewrite.js";
import { surveyText, type Survey } from "./survey.js";
import { sourceOf, type TextTable } from "./text-head.js";

/** A column that pieces have where values are inherited, besides those that are kept. */
export const lineName = "line of the text";
const linkName = "name of the parent";
const bucketName = "bucket";

/** The number of parents that a join holds in memory at once. */
const bucketParents = 100_000;

/** Names of the columns that precede those of a numbered part. */
export const numberNames = ["record", "broken"] as const;

/** Reads a text as pieces with the columns of these names, numbered or not. */
type ReadPieces = (
  survey: Survey,
  names: readonly string[],
  log: RewriteLog,
  numbered: boolean,
) => AsyncIterable<Piece>;

/** Parents in a scratch table, in buckets by their names, in each bucket in their own order. */
interface Staged {
  readonly buckets: number;
  /** Whether several have the same name. */
  readonly isRepeated: boolean;
  readonly warnings: readonly string[];
}

/** The parents that are in the scratch tables of a dataset, by the text whose records they belong to. */
const staged = new WeakMap<Scratch, Map<string, Staged>>();

/** Names of the columns of a part: those that are kept, then what is needed to find a record's parent and its line. */
export function partNames(
  { parents }: TextTable,
  kept: readonly string[],
  numbered: boolean,
): readonly string[] {
  return [...(numbered ? numberNames : []), ...kept, ...(parents ? [linkName, lineName] : [])];
}

/**
 * The pieces of a text whose records take from their parents what they lack. Few parents are joined to each part of the text as
 * it is read. Many are joined bucket by bucket, so that a join needs little memory; before that the records are sorted by
 * bucket, which DuckDB does on disk.
 */
export async function* inheritingPieces(
  survey: Survey,
  work: Work,
  log: RewriteLog,
  numbered: boolean,
  read: ReadPieces,
): AsyncGenerator<Piece> {
  const { table } = survey;
  const { store, scratch, signal } = work;
  const done = staged.get(scratch) ?? new Map<string, Staged>();
  staged.set(scratch, done);
  const parents = done.get(table.file) ?? (await stageParents(table, work, read));
  done.set(table.file, parents);
  log.further.push(...parents.warnings);
  const pieces = read(survey, table.aliases, log, numbered);
  const join = (records: string, bucket: number): Piece => ({
    select: withParents(records, table, numbered, parentsOf(table, scratch, parents, bucket)),
  });
  if (parents.buckets === 1) {
    for await (const { select } of pieces) yield join(select, 0);
    return;
  }
  const sorted = scratch.sql("records by their parents");
  await sortRecords(pieces, parents, work, sorted);
  const inBuckets = Array.from({ length: parents.buckets }, (_, bucket) =>
    join(`SELECT * FROM ${sorted} WHERE ${bucketName} = ${bucket}`, bucket),
  );
  if (numbered) yield await inOrder(inBuckets, work);
  else {
    for (const piece of inBuckets) {
      signal.throwIfAborted();
      yield piece;
    }
  }
  await store.exec(`DROP TABLE ${sorted}`);
}

/** Numbered records of several pieces as one, in the order of their numbers, which DuckDB sorts on disk. */
async function inOrder(pieces: readonly Piece[], { store, scratch, signal }: Work): Promise<Piece> {
  const [joined, ordered] = [scratch.sql("records with their parents"), scratch.sql("records in order")];
  for (const [index, { select }] of pieces.entries()) {
    signal.throwIfAborted();
    await store.exec(
      index === 0 ? `CREATE OR REPLACE TABLE ${joined} AS ${select}` : `INSERT INTO ${joined} ${select}`,
    );
  }
  await store.exec(`CREATE OR REPLACE TABLE ${ordered} AS FROM ${joined} ORDER BY ${numberNames[0]}`);
  await store.exec(`DROP TABLE ${joined}`);
  return { select: `SELECT * FROM ${ordered}`, after: `DROP TABLE ${ordered}` };
}

async function sortRecords(
  pieces: AsyncIterable<Piece>,
  { buckets }: Staged,
  { store, scratch }: Work,
  sorted: string,
): Promise<void> {
  const unsorted = scratch.sql("records of all parents");
  const bucket = sqlBucket(quoteIdentifier(linkName), buckets);
  let isCreated = false;
  for await (const { select } of pieces) {
    const records = `SELECT ${bucket} AS ${bucketName}, * FROM (${select})`;
    await store.exec(
      isCreated ? `INSERT INTO ${unsorted} ${records}` : `CREATE OR REPLACE TABLE ${unsorted} AS ${records}`,
    );
    isCreated = true;
  }
  if (!isCreated) await store.exec(`CREATE OR REPLACE TABLE ${unsorted} (${bucketName} INTEGER)`);
  await store.exec(`CREATE OR REPLACE TABLE ${sorted} AS SELECT * FROM ${unsorted} ORDER BY ${bucketName}`);
  await store.exec(`DROP TABLE ${unsorted}`);
}

/** Puts the parents' values that a table needs into a scratch table. */
async function stageParents(table: TextTable, work: Work, read: ReadPieces): Promise<Staged> {
  const { store, scratch, signal } = work;
  const { texts, key } = table.parents!;
  const inherited = inheritedColumns(table);
  const names = ["id", ...inherited.map(columnName)];
  const unsorted = scratch.sql("parents as read");
  const warnings: string[] = [];
  await store.exec(
    `CREATE OR REPLACE TABLE ${unsorted} (${names.map((name) => `${quoteIdentifier(name)} VARCHAR`).join(", ")})`,
  );
  for (const { file, head, packing, encoding, positions } of texts) {
    const keep = [key, ...inherited.map((column) => positions[column]!)];
    const text: TextTable = { ...head, file, packing, keep, aliases: names, enough: key + 1 };
    const survey = await surveyText(text, encoding, {}, signal);
    const own = emptyLog();
    for await (const { select } of read(survey, names, own, false)) {
      await store.exec(`INSERT INTO ${unsorted} ${select}`);
    }
    warnings.push(...[...survey.warnings, ...leftOut(own)].map((warning) => `${file}: ${warning}`));
  }
  const [found] = await store.rows<{ n: number }>(`SELECT count(id)::DOUBLE AS n FROM ${unsorted}`);
  const buckets = Math.max(1, Math.ceil(found!.n / bucketParents));
  const target = tableOf(table, scratch);
  await store.exec(`
    CREATE OR REPLACE TABLE ${target} AS
    SELECT ${sqlBucket("id", buckets)} AS ${bucketName}, rowid AS n, * FROM ${unsorted}
    WHERE id IS NOT NULL ORDER BY ${bucketName}, n`);
  await store.exec(`DROP TABLE ${unsorted}`);
  let repeated = 0;
  for (let bucket = 0; bucket < buckets; bucket++) {
    signal.throwIfAborted();
    const [row] = await store.rows<{ n: number }>(
      `SELECT (count(*) - count(DISTINCT id))::DOUBLE AS n FROM ${target} WHERE ${bucketName} = ${bucket}`,
    );
    repeated += row!.n;
  }
  if (repeated > 0) {
    const records = repeated === 1 ? "1 record has" : `${repeated} records have`;
    warnings.push(`${texts[0]!.file}: ${records} the id of an earlier one, which counts`);
  }
  return { buckets, isRepeated: repeated > 0, warnings };
}

function sqlBucket(name: string, buckets: number): string {
  return `(hash(${name}) % ${buckets})::INTEGER`;
}

/** The parents of a bucket: of several of one name the first. */
function parentsOf(table: TextTable, scratch: Scratch, { isRepeated }: Staged, bucket: number): string {
  const all = `SELECT * FROM ${tableOf(table, scratch)} WHERE ${bucketName} = ${bucket}`;
  return isRepeated ? `${all} QUALIFY row_number() OVER (PARTITION BY id ORDER BY n) = 1` : all;
}

/** Adds to records what they inherit. */
function withParents(records: string, table: TextTable, numbered: boolean, parents: string): string {
  const kept = table.aliases;
  const own = (at: number): string => `o.${quoteIdentifier(kept[at]!)}`;
  const parent = (at: number): string | undefined => {
    const { inherited } = sourceOf(table, table.keep[at]!);
    return inherited === undefined ? undefined : `p.${quoteIdentifier(columnName(inherited))}`;
  };
  const [x, y] = keptNames.map((name) => kept.indexOf(name));
  /** Coordinates are taken together: never one of the record's own with one of its parent. */
  const hasPlace = `${own(x!)} IS NOT NULL AND ${own(y!)} IS NOT NULL`;
  const values = kept.map((name, at) => {
    const isPlace = (at === x || at === y) && parent(x!) !== undefined && parent(y!) !== undefined;
    const other = parent(at);
    const value =
      other === undefined
        ? own(at)
        : isPlace
          ? `CASE WHEN ${hasPlace} THEN ${own(at)} ELSE ${other} END`
          : `coalesce(${own(at)}, ${other})`;
    return `${value} AS ${quoteIdentifier(name)}`;
  });
  const numbers = numbered ? numberNames.map((name) => `o.${name}`) : [];
  return `
    SELECT ${[...numbers, ...values].join(", ")}, o.${quoteIdentifier(lineName)}
    FROM (${records}) AS o LEFT JOIN (${parents}) AS p ON o.${quoteIdentifier(linkName)} = p.id`;
}

function inheritedColumns(table: TextTable): readonly number[] {
  const found = table.keep.flatMap((column) => sourceOf(table, column).inherited ?? []);
  return [...new Set(found)];
}

function columnName(column: number): string {
  return `c${column}`;
}

function tableOf({ file }: TextTable, scratch: Scratch): string {
  return scratch.sql(`parents of ${file}`);
}

function leftOut(log: RewriteLog): string[] {
  return brokenRecords(log.broken).map(
    (record) => `${record.count} records left out: ${reasons[record.reason]}${linesOf(record)}`,
  );
}
