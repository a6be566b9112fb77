import { quoteLiteral, type DatasetConfig } from "@quadrat/core";
import { hasColumn, matchColumns, thirdColumn } from "../columns.js";
import { commonType, sqlConstant, unknownType } from "./column-types.js";
import type { BrokenRecords, Reason } from "../faults.js";
import type { Rules } from "../judge.js";
import { keyOf } from "../partitions.js";
import type { FoundFault, FurtherColumn, InputColumn, TableReader } from "../reader.js";
import type { TableFile, TableFiles } from "../table-files.js";
import { openTextTable, type TextTableReader } from "./text-table.js";

export interface TextFilesRequest {
  readonly path: string;
  readonly files: TableFiles["files"];
  readonly dataset: DatasetConfig;
  readonly rules: Rules;
}

/** Text files with known columns. */
export interface TextFiles {
  /** Those of all files, and those that their folders' names give. */
  readonly columns: readonly InputColumn[];
  /** The first codes of all files, if their records have codes instead of coordinates. */
  readonly codes: readonly string[];
  reader(further: readonly FurtherColumn[]): Promise<TableReader>;
}

/**
 * Opens the text files of a table, each with its own header. Every head is examined now; a file is opened again when
 * its turn comes, so that no more than one is open at a time.
 */
export async function openTextFiles({
  path,
  files,
  dataset: given,
  rules,
}: TextFilesRequest): Promise<TextFiles> {
  const opened: TextTableReader[] = [];
  for (const file of files) {
    // What is the species by default in the first file is so in all.
    const species = opened[0]?.species;
    const settled = species === undefined ? given : { ...given, species };
    opened.push(await openTextFile(file, settled, rules, []));
  }
  const { forms, species } = opened[0]!;
  const dataset = species === undefined ? given : { ...given, species };
  const columns = columnsOf(files, opened);
  const known = new Map(files.map((file, index) => [file, opened[index]!.columns]));
  const open = (file: TableFile, further: readonly FurtherColumn[]): Promise<TextTableReader> =>
    openTextFile(file, dataset, rules, further, known.get(file));
  return {
    columns,
    codes: opened.flatMap(({ codes }) => codes),
    async reader(further) {
      const [only, ...more] = files;
      if (more.length === 0) return further.length === 0 ? opened[0]! : open(only, further);
      return readerOfFiles({ path, files, forms, lacking: lackingOf(files, known, further) }, (file) =>
        open(file, further),
      );
    },
  };
}

interface ManyFiles extends Pick<TextFilesRequest, "path" | "files"> {
  readonly forms: TableReader["forms"];
  readonly lacking: readonly string[];
}

function readerOfFiles(
  { path, files, forms, lacking }: ManyFiles,
  open: (file: TableFile) => Promise<TableReader>,
): TableReader {
  const warnings: string[] = [];
  let broken: BrokenRecords[] = [];
  let count = 0;
  return {
    file: path,
    warnings,
    forms,
    get count() {
      return count;
    },
    async *pieces(work, numbered = false) {
      warnings.length = 0;
      warnings.push(...lacking);
      broken = [];
      count = 0;
      for (const file of files) {
        const reader = await open(file);
        for await (const piece of reader.pieces(work, numbered)) {
          yield numbered && count > 0
            ? { ...piece, select: `SELECT * REPLACE (record + ${count} AS record) FROM (${piece.select})` }
            : piece;
        }
        count += reader.count;
        broken = joined(broken, await reader.broken(work), file.path);
        for (const warning of reader.warnings) warnings.push(`${file.path}: ${warning}`);
      }
    },
    // The records of a file are counted only when it has been read.
    isLarge: () => Promise.resolve(false),
    later: () => Promise.resolve(undefined),
    broken: () => Promise.resolve(broken),
    async firstWith(reason, work, thoroughly) {
      for (const file of files) {
        const reader = await open(file);
        const found = await reader.firstWith(reason, work, thoroughly);
        if (found) return { ...found, file: file.path };
      }
      return undefined;
    },
  };
}

/** The columns of all files in the order in which they first occur, with types that hold the values of all. */
function columnsOf(files: readonly TableFile[], opened: readonly TextTableReader[]): InputColumn[] {
  const found = new Map<string, InputColumn>();
  const add = ({ name, type }: InputColumn): void => {
    const before = found.get(name);
    found.set(name, before ? { name, type: commonType(before.type, type) } : { name, type });
  };
  for (const [index, { keys }] of files.entries()) {
    for (const column of opened[index]!.columns) add(column);
    for (const [name, value] of keys) {
      const [known] = matchColumns([...found.keys()], name);
      if (known === undefined || opened[index]!.columns.every((column) => column.name !== name))
        add({ name, type: typeOfKey(value) });
    }
  }
  return [...found.values()].map(({ name, type }) => ({
    name,
    type: type === unknownType ? "VARCHAR" : type,
  }));
}

function typeOfKey(value: string | null): string {
  return value === null ? unknownType : /^-?\d{1,18}$/.test(value) ? "BIGINT" : "VARCHAR";
}

function lackingOf(
  files: readonly TableFile[],
  known: ReadonlyMap<TableFile, readonly InputColumn[]>,
  further: readonly FurtherColumn[],
): string[] {
  return further.flatMap(({ name }) => {
    const lacking = files.filter(
      (file) => keyOf(file.keys, name) === undefined && !hasColumn(namesOf(known.get(file)!), name),
    );
    if (lacking.length === 0) return [];
    return [
      `${lacking.length} of ${files.length} files have no column "${name}", such as ${lacking[0]!.path}: their records have none`,
    ];
  });
}

function namesOf(columns: readonly InputColumn[]): string[] {
  return columns.map(({ name }) => name);
}

/** A file whose folders' names may contain the column from which the measure is computed. */
async function openTextFile(
  { path: file, keys, packing = "none", described, quoting }: TableFile,
  given: DatasetConfig,
  rules: Rules,
  further: readonly FurtherColumn[],
  columns: readonly InputColumn[] = [],
): Promise<TextTableReader> {
  const dataset = quoting === undefined ? given : { quoting, ...given };
  const third = thirdColumn(file, [...keys.keys()], dataset);
  const key = third && keyOf(keys, third.name);
  const own = further.filter(
    ({ name }) => keyOf(keys, name) === undefined && hasColumn(namesOf(columns), name),
  );
  const constants = further
    .filter((column) => !own.includes(column))
    .map(({ name, type, alias }) => `${sqlConstant(keyOf(keys, name) ?? null, type)} AS ${alias}`);
  if (key === undefined)
    return withValues(
      await openTextTable({ file, packing, described, dataset, rules, further: own }),
      constants,
    );
  const { value: _value, species: _species, ...rest } = dataset;
  const reader = await openTextTable({
    file,
    packing,
    described,
    dataset: { ...rest, measure: "records" },
    rules: { ...rules, third: "none" },
    further: own,
  });
  const value = `${key === null ? "NULL::VARCHAR" : quoteLiteral(key)} AS v`;
  return withValues(reader, [value, ...constants]);
}

/** A reader with columns that are the same for all records. */
function withValues(reader: TextTableReader, values: readonly string[]): TextTableReader {
  if (values.length === 0) return reader;
  return {
    ...reader,
    get warnings() {
      return reader.warnings;
    },
    get count() {
      return reader.count;
    },
    async *pieces(work, numbered) {
      for await (const piece of reader.pieces(work, numbered)) {
        yield { ...piece, select: `SELECT *, ${values.join(", ")} FROM (${piece.select})` };
      }
    },
    async later(work) {
      const select = await reader.later(work);
      return select === undefined ? undefined : `SELECT *, ${values.join(", ")} FROM (${select})`;
    },
    async firstWith(reason: Reason, work, thoroughly): Promise<FoundFault | undefined> {
      const isConstant = reason.startsWith("value") && values.some((value) => value.endsWith(" AS v"));
      return isConstant ? undefined : reader.firstWith(reason, work, thoroughly);
    },
  };
}

/** Counts are added up; the lines named are those of the first file that has any. */
function joined(
  before: readonly BrokenRecords[],
  found: readonly BrokenRecords[],
  file: string,
): BrokenRecords[] {
  const all = new Map(before.map((entry) => [entry.reason, entry]));
  for (const { reason, count, lines } of found) {
    const entry = all.get(reason);
    all.set(reason, entry ? { ...entry, count: entry.count + count } : { reason, count, lines, file });
  }
  return [...all.values()];
}
