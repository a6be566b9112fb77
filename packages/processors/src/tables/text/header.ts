import type { DatasetConfig } from "@quadrat/core";
import { findCoordinates } from "../columns.js";
import { inputError, usageError } from "../faults.js";
import { possibleDialects } from "./quoting.js";
import { createSplitter, fieldText, nextLine, type Dialect } from "./split.js";
import { findStart, unmarked } from "./text-start.js";

const quoteMark = 0x22;

const delimiters = [",", ";", "\t", "|"] as const;

/** What R's write.table puts between fields, used if no other delimiter yields the needed columns. */
const blank = " ";

/** The number of lines searched for a header that is not the first line. */
const searchedLines = 200;

/** A dialect without a decision about quoting. */
export type BaseDialect = Omit<Dialect, "quoted" | "escaped">;

/** The header of a text table. */
export interface Header {
  readonly base: BaseDialect;
  readonly names: readonly string[];
  /** Whether any name is quoted. */
  readonly quotedHeader: boolean;
  /** Its line, counted from 1. */
  readonly line: number;
}

/**
 * Finds the header and the delimiter: that of the configuration, else that of a `sep=` line, else the one with which the
 * header has the columns that the dataset needs, else the one that yields most columns.
 *
 * @param text the beginning of the file as UTF-8, cut anywhere unless `whole`
 */
export function readHeader(file: string, text: Buffer, whole: boolean, dataset: DatasetConfig): Header {
  if (dataset.delimiter !== undefined) checkDelimiter(file, dataset.delimiter);
  const isHeader = (line: string): boolean => {
    const header = bestHeader(Buffer.from(line), true, {}, dataset.delimiter, dataset);
    return header !== undefined && findCoordinates(header.names, dataset) !== undefined;
  };
  const { skip = 0, comment, delimiter, marked } = findStart(text, dataset, isHeader);
  const header = bestHeader(text, whole, { skip, comment }, dataset.delimiter ?? delimiter, dataset);
  if (!header) throw emptyFile(file, whole);
  const [first = "", ...others] = header.names;
  const isMark = header.base.delimiter === blank && !header.quotedHeader && /^#+$/.test(first);
  if (isMark) return { ...header, names: others };
  return marked ? { ...header, names: [unmarked(first), ...others] } : header;
}

/** Refuses a table whose header comes after other lines, and says how to skip them. */
export function refuseLaterHeader(
  file: string,
  text: Buffer,
  { names, headerLine }: { readonly names: readonly string[]; readonly headerLine: number },
  dataset: DatasetConfig,
): void {
  if (findCoordinates(names, dataset)) return;
  let at = 0;
  for (let line = 1; line <= searchedLines && at < text.length; line++) {
    const next = nextLine(text, at, true);
    const header = bestHeader(text.subarray(at, next), true, {}, dataset.delimiter, dataset);
    at = next;
    if (line <= headerLine || !header || !findCoordinates(header.names, dataset)) continue;
    throw inputError(file, `the header has no ${wanted(dataset)}: it is ${shorten(names)}`, {
      line: headerLine,
      hint: `line ${line} has ${dataset.code === undefined ? "them" : "it"}: add \`skip: ${line - 1}\` to the dataset`,
    });
  }
}

function wanted({ code, x, y }: DatasetConfig): string {
  return code === undefined ? `columns "${x}" and "${y}"` : `column "${code}"`;
}

function shorten(names: readonly string[]): string {
  const text = names.join(" ");
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}

function bestHeader(
  text: Buffer,
  whole: boolean,
  start: Pick<Dialect, "skip" | "comment">,
  wanted: string | undefined,
  dataset: DatasetConfig,
): Header | undefined {
  const rate = ({ names, base }: Header): number =>
    findCoordinates(names, dataset) ? names.length + 1e9 : base.delimiter === blank ? 0 : names.length;
  let best: Header | undefined;
  for (const delimiter of wanted === undefined ? [...delimiters, blank] : [wanted]) {
    const base = { ...start, delimiter, merged: delimiter === blank };
    const header = firstRecord(text, whole, base, dataset);
    if (header && (!best || rate(header) > rate(best))) best = header;
  }
  return best;
}

/** The first record, however it is quoted; undefined if there is none. */
function firstRecord(
  text: Buffer,
  whole: boolean,
  base: BaseDialect,
  { quoting }: DatasetConfig,
): Header | undefined {
  const ways = possibleDialects(base, quoting, { hasQuotes: true, hasEscapes: true }, false);
  for (const dialect of [...ways, { ...base, quoted: false }]) {
    const splitter = createSplitter(dialect);
    const { found } = splitter;
    let at = 0;
    let line = 1;
    for (; line <= (base.skip ?? 0) && at < text.length; line++) at = nextLine(text, at, true);
    while (at < text.length) {
      const begin = at;
      at = splitter.split(text, begin, whole);
      if (at < 0 || !["record", "empty", "comment"].includes(found.met)) break;
      if (found.met === "record") {
        const fields = { ...found, bytes: text, line };
        const names = Array.from({ length: found.count }, (_, k) => fieldText(fields, k));
        const isQuoted = (start: number): boolean => start > begin && text[start - 1] === quoteMark;
        return { base, names, quotedHeader: found.starts.subarray(0, found.count).some(isQuoted), line };
      }
      line += 1 + found.embedded;
    }
  }
  return undefined;
}

function checkDelimiter(file: string, delimiter: string): void {
  const code = delimiter.charCodeAt(0);
  if (delimiter.length === 1 && code < 128 && !/["\\\r\n0-9.+\-eE]/.test(delimiter)) return;
  throw usageError(
    file,
    "delimiter",
    `${JSON.stringify(delimiter)} can't separate fields`,
    'a delimiter is one ASCII character such as "," ";" "|" or "\\t", but not a digit, sign, point, quote or backslash',
  );
}

function emptyFile(file: string, whole: boolean): Error {
  return whole
    ? inputError(file, "the file has no header", {
        hint: "a table must begin with the names of its columns; `skip` and `comment` describe the lines before them",
      })
    : inputError(file, "the header is longer than 2 MiB", { hint: "is this a text table?" });
}
