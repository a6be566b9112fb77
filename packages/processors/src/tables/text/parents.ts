import { quoteIdentifier } from "@quadrat/core";
import { keptNames, type Piece, type Work } from "../reader.js";
import { linesOf, reasons } from "../faults.js";
import type { Scratch } from "../scratch.js";
import { brokenRecords, emptyLog, type RewriteLog } from "./rewrite.js";
import { surveyText, type Survey } from "./survey.js";
import { sourceOf, type TextTable } from "./text-head.js";

/** Columns that a piece has besides those that are kept. */
export const lineName = "line of the text";
const linkName = "name of the parent";

/** Reads a text as pieces with the columns of these names. */
type ReadPieces = (survey: Survey, names: readonly string[], log: RewriteLog) => AsyncIterable<Piece>;

/** Datasets whose parents are in their scratch tables. */
const staged = new WeakMap<Scratch, Set<string>>();

/** Names of the columns of a part: those that are kept, then what is needed to find a record's parent and its line. */
export function partNames({ parents }: TextTable, kept: readonly string[]): readonly string[] {
  return parents ? [...kept, linkName, lineName] : kept;
}

/** Puts the parents' values that a table needs into a scratch table, unless they are there. */
export async function stageParents(
  table: TextTable,
  { store, scratch, signal }: Work,
  log: RewriteLog,
  read: ReadPieces,
): Promise<void> {
  const { parents } = table;
  const done = staged.get(scratch) ?? new Set();
  staged.set(scratch, done);
  if (!parents || done.has(table.file)) return;
  const inherited = inheritedColumns(table);
  const names = ["id", ...inherited.map(columnName)];
  const target = tableOf(table, scratch);
  await store.exec(
    `CREATE OR REPLACE TABLE ${target} (${names.map((name) => `${quoteIdentifier(name)} VARCHAR`).join(", ")})`,
  );
  for (const { file, head, packing, encoding, positions } of parents.texts) {
    const keep = [parents.key, ...inherited.map((column) => positions[column]!)];
    const text: TextTable = { ...head, file, packing, keep, enough: parents.key + 1 };
    const survey = await surveyText(text, encoding, {}, signal);
    const own = emptyLog();
    for await (const { select } of read(survey, names, own)) {
      await store.exec(`INSERT INTO ${target} ${select}`);
    }
    log.further.push(...[...survey.warnings, ...leftOut(own)].map((warning) => `${file}: ${warning}`));
  }
  const repeated = await dropRepeated(target, { store, scratch, signal });
  if (repeated > 0) {
    log.further.push(
      `${parents.texts[0]!.file}: ${repeated} records have the id of an earlier one and are left out`,
    );
  }
  done.add(table.file);
}

/** Adds to the records of a part what they inherit. */
export function withParents(
  select: string,
  kept: readonly string[],
  table: TextTable,
  scratch: Scratch,
): string {
  if (!table.parents) return select;
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
  return `
    SELECT ${values.join(", ")}, o.${quoteIdentifier(lineName)}
    FROM (${select}) AS o LEFT JOIN ${tableOf(table, scratch)} AS p ON o.${quoteIdentifier(linkName)} = p.id`;
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

/** Leaves out all but the first of several parents of the same name; returns how many. */
async function dropRepeated(target: string, { store }: Work): Promise<number> {
  const [found] = await store.rows<{ n: number }>(
    `SELECT coalesce(sum(n - 1), 0)::DOUBLE AS n FROM (SELECT count(*) AS n FROM ${target} WHERE id IS NOT NULL GROUP BY id)`,
  );
  if (found!.n === 0) return 0;
  await store.exec(`
    CREATE OR REPLACE TABLE ${target} AS
    SELECT * FROM ${target} WHERE rowid IN (SELECT min(rowid) FROM ${target} GROUP BY id)`);
  return found!.n;
}

function leftOut(log: RewriteLog): string[] {
  return brokenRecords(log.broken).map(
    (record) => `${record.count} records left out: ${reasons[record.reason]}${linesOf(record)}`,
  );
}
