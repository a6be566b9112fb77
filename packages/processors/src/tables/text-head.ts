import type { DatasetConfig } from "@quadrat/core";
import { hasColumn } from "./columns.js";
import { inputError, usageError } from "./faults.js";
import { fieldText, recordParser, type Dialect } from "./records.js";

/** Records after the header that are looked at to understand a file. */
const sampleRecords = 1000;

const delimiters = [",", ";", "\t", "|"] as const;

/** A text table, as it is to be read. */
export interface TextTable {
  readonly file: string;
  readonly gzip: boolean;
  readonly dialect: Dialect;
  readonly names: readonly string[];
  /** The line of the header, counted from 1. */
  readonly headerLine: number;
  /** Positions of the columns that are read, under the names x, y and v. */
  readonly keep: readonly number[];
}

/** The beginning of a text table, understood. */
export interface TextHead {
  readonly dialect: Dialect;
  /** Column names as they stand in the header. */
  readonly names: readonly string[];
  /** The line of the header, counted from 1. */
  readonly headerLine: number;
  /** Fields of the first records. */
  readonly sample: readonly (readonly string[])[];
}

/**
 * Finds delimiter, quoting and header. The delimiter is the one that the configuration gives, else the one with
 * which the header has the columns that the dataset needs, else the one that gives most columns.
 *
 * @param text the beginning of the file as UTF-8, cut anywhere unless `whole`
 * @param quote whether fields may be quoted; undefined: yes, except in tab-separated text that shows none
 */
export function readTextHead(
  file: string,
  text: Buffer,
  whole: boolean,
  dataset: DatasetConfig,
  quote?: boolean,
): TextHead {
  const { delimiter } = dataset;
  if (delimiter !== undefined) {
    checkDelimiter(file, delimiter);
    return parseHead(file, text, whole, delimiter, quote);
  }
  let best: TextHead | undefined;
  let fault: unknown;
  for (const candidate of delimiters) {
    try {
      const head = parseHead(file, text, whole, candidate, quote);
      if (!best || rate(head, dataset) > rate(best, dataset)) best = head;
    } catch (error) {
      fault ??= error;
    }
  }
  if (best && (fault === undefined || best.names.length > 1)) return best;
  throw fault;
}

function rate({ names }: TextHead, { x, y }: DatasetConfig): number {
  return names.length + (hasColumn(names, x) && hasColumn(names, y) ? 1e9 : 0);
}

function parseHead(
  file: string,
  text: Buffer,
  whole: boolean,
  delimiter: string,
  quote: boolean | undefined,
): TextHead {
  const quoted = quote ?? (delimiter !== "\t" || showsQuotes(text));
  const dialect = { delimiter, quoted };
  const records: string[][] = [];
  let headerLine = 0;
  const parser = recordParser(file, dialect, {
    record(fields) {
      if (records.length > sampleRecords) return;
      if (records.length === 0) headerLine = fields.line;
      records.push(Array.from({ length: fields.count }, (_, index) => fieldText(fields, index)));
    },
    broken() {
      // Counted when the whole file is read.
    },
  });
  parser.push(text);
  if (whole) parser.end();
  const [names, ...sample] = records;
  if (!names) throw emptyFile(file, whole);
  return { dialect, names, headerLine, sample };
}

/**
 * Tab-separated text has no quotes by its definition, yet many programs write them: around the names in the header,
 * or around whole fields without exception.
 */
function showsQuotes(text: Buffer): boolean {
  const lines = text.toString("latin1").split(/[\r\n]+/);
  const areQuoted = (fields: readonly string[]): boolean => {
    const opening = fields.filter((field) => field.startsWith('"'));
    return opening.length > 0 && opening.every((field) => field.length > 1 && field.endsWith('"'));
  };
  const split = (line: string): string[] => line.split("\t");
  return areQuoted(split(lines[0] ?? "")) || areQuoted(lines.slice(0, -1).flatMap(split));
}

function checkDelimiter(file: string, delimiter: string): void {
  const code = delimiter.charCodeAt(0);
  if (delimiter.length === 1 && code < 128 && !/["\r\n0-9.+\-eE]/.test(delimiter)) return;
  throw usageError(
    file,
    "delimiter",
    `${JSON.stringify(delimiter)} can't stand between fields`,
    'a delimiter is one ASCII character such as "," ";" "|" or "\\t", no digit, sign, point or quote',
  );
}

function emptyFile(file: string, whole = true): Error {
  return whole
    ? inputError(file, "the file is empty: it has no header", {
        hint: "a table begins with the names of its columns",
      })
    : inputError(file, "the header is longer than 2 MiB", { hint: "is this a text table?" });
}
