import { inputError } from "./faults.js";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quoteMark = 0x22;
const space = 0x20;

/** The longest record that is taken apart, as in DuckDB's reader. */
export const maxRecordBytes = 2 * 1024 * 1024;

export interface Dialect {
  /** One ASCII character. */
  readonly delimiter: string;
  /** Whether a field that begins with `"` runs to the next lone `"`, as RFC 4180 says. */
  readonly quoted: boolean;
}

/** The fields of one record: bytes `[starts[i], ends[i])` of `bytes`, valid until the next record. */
export interface RecordFields {
  readonly bytes: Buffer;
  readonly count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Whether `""` stands in the field for `"`. */
  readonly doubled: Uint8Array;
  /** The line that the record begins on, counted from 1. */
  readonly line: number;
}

export interface RecordParser {
  /** Takes the next bytes of the text. */
  push(chunk: Buffer): void;
  /** Takes the end of the text. */
  end(): void;
}

export interface RecordHandler {
  record(fields: RecordFields): void;
  /** A line that is no record. */
  broken(reason: "quote" | "long", line: number): void;
}

/**
 * Takes a text apart into records as RFC 4180 says, with these liberties: lines end in LF, CRLF or CR, mixed as they
 * come; empty lines are no records; spaces may follow a closing quote. A quote that never closes, or whose field goes
 * over several lines and then closes in the middle of a text, must not swallow the lines after it.
 *
 * @throws QuadratError from `push` and `end`, with the line where such a quote opened
 */
export function recordParser(
  file: string,
  { delimiter, quoted }: Dialect,
  handler: RecordHandler,
): RecordParser {
  const separator = delimiter.charCodeAt(0);
  let rest: Buffer = Buffer.alloc(0);
  let skipping = false;
  let line = 1;
  let starts = new Int32Array(64);
  let ends = new Int32Array(64);
  let doubled = new Uint8Array(64);

  const grow = (): void => {
    const wider = starts.length * 2;
    const [oldStarts, oldEnds, oldDoubled] = [starts, ends, doubled];
    (starts = new Int32Array(wider)).set(oldStarts);
    (ends = new Int32Array(wider)).set(oldEnds);
    (doubled = new Uint8Array(wider)).set(oldDoubled);
  };

  /** The position after the line that `at` lies in, or -1 when its end is not there yet. */
  const nextLine = (bytes: Buffer, at: number, final: boolean): number => {
    let i = at;
    while (i < bytes.length && bytes[i] !== lineFeed && bytes[i] !== carriageReturn) i++;
    if (bytes[i] === carriageReturn && bytes[i + 1] === lineFeed) return i + 2;
    if (bytes[i] === carriageReturn && i + 1 === bytes.length) return final ? i + 1 : -1;
    if (i < bytes.length) return i + 1;
    return final ? i : -1;
  };

  /** Parses the record at `at` and returns the position after it, or -1 when its end is not there yet. */
  const parse = (bytes: Buffer, at: number, final: boolean): number => {
    const length = bytes.length;
    let count = 0;
    let embedded = 0;
    for (let i = at; ; i++) {
      if (count === starts.length) grow();
      if (quoted && bytes[i] === quoteMark) {
        const opened = line + embedded;
        let close = i + 1;
        let twice = 0;
        for (; close < length; close++) {
          const byte = bytes[close]!;
          if (byte > quoteMark) continue;
          if (byte === quoteMark) {
            if (bytes[close + 1] !== quoteMark) break;
            twice = 1;
            close++;
          } else if (byte === lineFeed || (byte === carriageReturn && bytes[close + 1] !== lineFeed))
            embedded++;
        }
        if (close >= length || (close + 1 === length && !final)) {
          if (final || length - i > maxRecordBytes) throw unclosed(file, opened, final);
          return -1;
        }
        starts[count] = i + 1;
        ends[count] = close;
        doubled[count] = twice;
        i = close + 1;
        while (bytes[i] === space && separator !== space) i++;
        if (i === length && !final) return -1;
        const after = bytes[i];
        if (i < length && after !== separator && after !== lineFeed && after !== carriageReturn) {
          if (line + embedded > opened) throw misplaced(file, opened, line + embedded);
          const next = nextLine(bytes, i, final);
          if (next < 0) return -1;
          handler.broken("quote", line);
          line += 1 + embedded;
          return next;
        }
      } else {
        starts[count] = i;
        while (i < length && bytes[i] !== separator && bytes[i] !== lineFeed && bytes[i] !== carriageReturn)
          i++;
        if (i === length && !final) return -1;
        ends[count] = i;
        doubled[count] = 0;
      }
      count++;
      if (i < length && bytes[i] === separator) continue;
      const next = nextLine(bytes, i, final);
      if (next < 0) return -1;
      const empty = count === 1 && i === at;
      if (next - at > maxRecordBytes) handler.broken("long", line);
      else if (!empty) handler.record({ bytes, count, starts, ends, doubled, line });
      line += 1 + embedded;
      return next;
    }
  };

  const consume = (bytes: Buffer, final: boolean): void => {
    let at = 0;
    while (at < bytes.length) {
      const next = skipping ? nextLine(bytes, at, final) : parse(bytes, at, final);
      if (next < 0) break;
      if (skipping) line++;
      skipping = false;
      at = next;
    }
    rest = bytes.subarray(at);
    if (!skipping && rest.length > maxRecordBytes) {
      handler.broken("long", line);
      skipping = true;
    }
    if (skipping) rest = rest.at(-1) === carriageReturn ? rest.subarray(-1) : Buffer.alloc(0);
  };

  return {
    push: (chunk) => consume(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), false),
    end: () => consume(rest, true),
  };
}

/** The text of a field, with its doubled quotes made single. */
export function fieldText({ bytes, starts, ends, doubled }: RecordFields, index: number): string {
  const text = bytes.toString("utf8", starts[index], ends[index]);
  return doubled[index] ? text.replaceAll('""', '"') : text;
}

/** Line ends in `[from, to)`. */
export function countLines(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let i = from; i < to; i++) {
    if (bytes[i] === lineFeed || (bytes[i] === carriageReturn && bytes[i + 1] !== lineFeed)) lines++;
  }
  return lines;
}

const quoteHint = 'close the quote, or write it twice ("") inside a quoted field';

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
