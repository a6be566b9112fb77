import { inputError } from "../faults.js";
import { createSplitter, maxRecordBytes, nextLine, type Dialect, type RecordFields } from "./split.js";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export { fieldText, maxRecordBytes, type Dialect, type RecordFields } from "./split.js";

export interface RecordParser {
  /** Adds the next bytes of the text. */
  push(chunk: Buffer): void;
  /** Adds the end of the text. */
  end(): void;
}

export interface RecordHandler {
  record(fields: RecordFields): void;
  /** A line that is not a record. */
  broken(reason: "quote" | "long", line: number): void;
  /** A line that is a comment. */
  comment?(line: number): void;
}

/**
 * Splits a text into records; empty lines are not records. A quote that never closes, or whose field extends over
 * several lines and then closes in the middle of a text, must not swallow the lines after it.
 *
 * @throws QuadratError from `push` and `end`, with the line where such a quote opened
 */
export function recordParser(file: string, dialect: Dialect, handler: RecordHandler): RecordParser {
  const splitter = createSplitter(dialect);
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  /** Lines that are skipped: those before the header, or a record that is too long. */
  let passing = dialect.skip ?? 0;

  const parse = (bytes: Buffer, at: number, final: boolean): number => {
    const next = splitter.split(bytes, at, final);
    if (next < 0) return next;
    const { met, count, starts, ends, marks, embedded, opened } = splitter.found;
    switch (met) {
      case "unclosed":
        throw unclosed(file, line + opened, next === bytes.length);
      case "swallowed":
        throw misplaced(file, line + opened, line + embedded);
      case "quote":
        handler.broken("quote", line);
        break;
      case "comment":
        handler.comment?.(line);
        break;
      case "record":
        if (next - at > maxRecordBytes) handler.broken("long", line);
        else handler.record({ bytes, count, starts, ends, marks, quote: dialect.quote, line });
        break;
      case "empty":
    }
    line += 1 + embedded;
    return next;
  };

  const consume = (bytes: Buffer, final: boolean): void => {
    let at = 0;
    while (at < bytes.length) {
      const next = passing > 0 ? nextLine(bytes, at, final) : parse(bytes, at, final);
      if (next < 0) break;
      if (passing > 0) {
        line++;
        passing--;
      }
      at = next;
    }
    rest = bytes.subarray(at);
    if (passing === 0 && rest.length > maxRecordBytes) {
      handler.broken("long", line);
      passing = 1;
    }
    if (passing > 0) rest = rest.at(-1) === carriageReturn ? rest.subarray(-1) : Buffer.alloc(0);
  };

  return {
    push: (chunk) => consume(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), false),
    end: () => consume(rest, true),
  };
}

/** Line ends in `[from, to)`. */
export function countLines(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let i = from; i < to; i++) {
    if (bytes[i] === lineFeed || (bytes[i] === carriageReturn && bytes[i + 1] !== lineFeed)) lines++;
  }
  return lines;
}

const quoteHint =
  'close the quote, or write it twice ("") inside a quoted field; use `quoting: none` if quotes are part of the text';

function unclosed(file: string, line: number, final: boolean): Error {
  const end = final ? "before the end of the file" : "within 2 MiB";
  return inputError(file, `a quote that opens here is not closed ${end}`, { line, hint: quoteHint });
}

function misplaced(file: string, line: number, closed: number): Error {
  return inputError(file, `a quote that opens here closes in the middle of a text on line ${closed}`, {
    line,
    hint: quoteHint,
  });
}
