import type { DatasetConfig } from "@quadrat/core";
import { nextLine, type Dialect } from "./split.js";

/** What precedes the header of a text table. */
export interface TextStart extends Pick<Dialect, "skip" | "comment"> {
  /** The delimiter given by a `sep=` line, as spreadsheets write and read it. */
  readonly delimiter: string | undefined;
  /** Whether the header is in a comment: `# lon lat`, as numpy.savetxt writes it. */
  readonly marked?: boolean;
}

/** The maximum number of comment lines before a header. */
const mostRemarks = 1000;

const defaultComment = "#";

/**
 * Finds where the header is: after the lines that `skip` counts, after a `sep=` line, after comments. Lines that begin
 * with # are comments, without `comment`, if the table begins with some and the line after them is the header.
 *
 * @param text the beginning of the file as UTF-8
 * @param isHeader whether a line has the columns that the dataset needs
 */
export function findStart(
  text: Buffer,
  { skip = 0, comment }: DatasetConfig,
  isHeader: (line: string) => boolean,
): TextStart {
  let at = 0;
  let line = 0;
  const pass = (): void => {
    at = nextLine(text, at, true);
    line++;
  };
  while (line < skip && at < text.length) pass();
  const hint = /^"?sep=([^\r\n])"?\s*$/i.exec(lineAt(text, at));
  if (hint) pass();
  const start = { skip: Math.max(line, skip), comment, delimiter: hint?.[1] };
  if (comment !== undefined) return start;
  const remarks: string[] = [];
  for (; remarks.length < mostRemarks && lineAt(text, at).startsWith(defaultComment); pass()) {
    remarks.push(lineAt(text, at));
  }
  if (remarks.length === 0 || isHeader(remarks[0]!)) return start;
  while (at < text.length && lineAt(text, at).trim() === "") pass();
  if (isHeader(lineAt(text, at))) return { ...start, comment: defaultComment };
  const marked = remarks.findLastIndex((remark) => isHeader(unmarked(remark)));
  return marked < 0 ? start : { ...start, skip: start.skip + marked, marked: true };
}

/** A header without the # before it. */
export function unmarked(header: string): string {
  return header.replace(/^#+[ \t]*/, "");
}

function lineAt(text: Buffer, at: number): string {
  return text.toString("utf8", at, nextLine(text, at, true)).replace(/[\r\n]+$/, "");
}
