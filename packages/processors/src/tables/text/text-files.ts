import { quoteLiteral, type DatasetConfig } from "@quadrat/core";
import { thirdColumn } from "../columns.js";
import type { BrokenRecords, Reason } from "../faults.js";
import type { Rules } from "../judge.js";
import { keyOf } from "../partitions.js";
import type { FoundFault, TableReader } from "../reader.js";
import type { TableFile, TableFiles } from "../table-files.js";
import { openTextTable } from "./text-table.js";

export interface TextFilesRequest {
  readonly path: string;
  readonly files: TableFiles["files"];
  readonly dataset: DatasetConfig;
  readonly rules: Rules;
}

/**
 * Opens the text files of a table, each with its own header. Every head is examined now; a file is opened again when
 * its turn comes, so that no more than one is open at a time.
 */
export async function openTextFiles({ path, files, dataset, rules }: TextFilesRequest): Promise<TableReader> {
  const open = (file: TableFile): Promise<TableReader> => openTextFile(file, dataset, rules);
  const [only, ...more] = files;
  if (more.length === 0) return open(only);
  const { forms, codes = [] } = await open(only);
  const sample = [...codes];
  for (const file of more) sample.push(...((await open(file)).codes ?? []));

  const warnings: string[] = [];
  let broken: BrokenRecords[] = [];
  return {
    file: path,
    warnings,
    forms,
    codes: sample,
    async *pieces(work) {
      warnings.length = 0;
      broken = [];
      for (const file of files) {
        const reader = await open(file);
        yield* reader.pieces(work);
        broken = joined(broken, await reader.broken(work), file.path);
        for (const warning of reader.warnings) warnings.push(`${file.path}: ${warning}`);
      }
    },
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

/** A file whose folders' names may contain the column from which the measure is computed. */
async function openTextFile(
  { path: file, keys, format }: TableFile,
  dataset: DatasetConfig,
  rules: Rules,
): Promise<TableReader> {
  const gzip = format.kind === "text" && format.gzip;
  const third = thirdColumn(file, [], dataset);
  const key = third && keyOf(keys, third.name);
  if (key === undefined) return openTextTable({ file, gzip, dataset, rules });
  const { value: _value, species: _species, ...rest } = dataset;
  const reader = await openTextTable({
    file,
    gzip,
    dataset: { ...rest, measure: "records" },
    rules: { ...rules, third: "none" },
  });
  return withValue(reader, key === null ? "NULL::VARCHAR" : quoteLiteral(key));
}

/** A reader with a value that is the same for all records. */
function withValue(reader: TableReader, value: string): TableReader {
  return {
    ...reader,
    get warnings() {
      return reader.warnings;
    },
    async *pieces(work) {
      for await (const piece of reader.pieces(work)) {
        yield { ...piece, select: `SELECT *, ${value} AS v FROM (${piece.select})` };
      }
    },
    async firstWith(reason: Reason, work, thoroughly): Promise<FoundFault | undefined> {
      return reason.startsWith("value") ? undefined : reader.firstWith(reason, work, thoroughly);
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
