const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const backslash = 0x5c;
/** Not a byte. */
const never = -1;

/** The maximum length of a record, as in DuckDB's reader. */
export const maxRecordBytes = 2 * 1024 * 1024;

export interface Dialect {
  /** One ASCII character. */
  readonly delimiter: string;
  /** Whether a field that begins with a quote runs to the next lone quote, as RFC 4180 says. */
  readonly quoted: boolean;
  /** The quote, an ASCII character. Default: `"`. */
  readonly quote?: string;
  /** Whether a backslash makes the character after it an ordinary one: a quote, a delimiter, a line end. */
  readonly escaped?: boolean;
  /** Whether consecutive delimiters count as one, and those at the ends of a line as none. */
  readonly merged?: boolean;
  /** Lines before the header. */
  readonly skip?: number;
  /** How a comment line begins. */
  readonly comment?: string | undefined;
}

/**
 * What {@link Splitter.split} found. Faults: `quote` closes within a word; `swallowed`: so does one whose field goes
 * over several lines; `unclosed`: a quote has no end within the text or within 2 MiB.
 */
export type Met = "record" | "empty" | "comment" | "quote" | "swallowed" | "unclosed";

/** Doubled quotes or backslashes in a field that have to be replaced; bits of {@link RecordFields.marks}. */
export const doubledMark = 1;
export const escapedMark = 2;

/** The fields of one record: bytes `[starts[i], ends[i])` of `bytes`, valid until the next record. */
export interface RecordFields {
  readonly bytes: Buffer;
  readonly count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Whether the field has `""` for `"`, and `\x` for `x`. */
  readonly marks: Uint8Array;
  /** The quote, if it is not `"`. */
  readonly quote?: string | undefined;
  /** The line on which the record begins, counted from 1. */
  readonly line: number;
}

/** What {@link Splitter.split} found. */
export interface Found {
  met: Met;
  count: number;
  starts: Int32Array;
  ends: Int32Array;
  marks: Uint8Array;
  /** Line ends within its fields. */
  embedded: number;
  /** For a fault: line ends between the beginning of the record and the opening quote. */
  opened: number;
  /** Delimiters within its quoted fields. */
  covered: number;
}

/** Splits records, one at a time. */
export interface Splitter {
  /** Returns the position after the record at `at`, or -1 if its end has not arrived yet. */
  split(bytes: Buffer, at: number, final: boolean): number;
  /** What it found, until the next record. */
  readonly found: Readonly<Found>;
}

/** The position after the line that contains `at`, or -1 if its end has not arrived yet. */
export function nextLine(bytes: Buffer, at: number, final: boolean): number {
  let i = at;
  while (i < bytes.length && bytes[i] !== lineFeed && bytes[i] !== carriageReturn) i++;
  if (bytes[i] === carriageReturn && bytes[i + 1] === lineFeed) return i + 2;
  if (bytes[i] === carriageReturn && i + 1 === bytes.length) return final ? i + 1 : -1;
  if (i < bytes.length) return i + 1;
  return final ? i : -1;
}

/**
 * Splits records as RFC 4180 says, with these liberties: lines end in LF, CRLF or CR, in any mixture; spaces may
 * follow a closing quote; and whatever else the dialect allows.
 */
export function createSplitter({
  delimiter,
  quoted,
  quote = '"',
  escaped,
  merged,
  comment,
}: Dialect): Splitter {
  const remark = comment === undefined ? undefined : Buffer.from(comment);
  const kind = {
    separator: delimiter.charCodeAt(0),
    quoted,
    quote: quote.charCodeAt(0),
    escape: escaped ? backslash : never,
  };
  const found: Found = {
    met: "record",
    count: 0,
    starts: new Int32Array(64),
    ends: new Int32Array(64),
    marks: new Uint8Array(64),
    embedded: 0,
    opened: 0,
    covered: 0,
  };
  return {
    found,
    split(bytes, at, final) {
      if (remark) {
        if (bytes.length - at < remark.length && !final) return -1;
        if (remark.compare(bytes, at, Math.min(at + remark.length, bytes.length)) === 0) {
          found.met = "comment";
          found.embedded = 0;
          return nextLine(bytes, at, final);
        }
      }
      return splitRecord(bytes, at, final, kind, merged ?? false, found);
    },
  };
}

interface Kind {
  readonly separator: number;
  readonly quoted: boolean;
  readonly quote: number;
  readonly escape: number;
}

/** {@link Splitter.split} for a record that is not a comment. The loops use local variables, which is twice as fast. */
function splitRecord(
  bytes: Buffer,
  at: number,
  final: boolean,
  { separator, quoted, quote, escape }: Kind,
  merged: boolean,
  found: Found,
): number {
  const length = bytes.length;
  // Most bytes are greater than any with a special meaning.
  const highest = Math.max(separator, carriageReturn, escape);
  const highestQuoted = Math.max(separator, quote, carriageReturn, escape);
  let { starts, ends, marks } = found;
  let count = 0;
  let embedded = 0;
  let opened = 0;
  let covered = 0;
  let met: Met = "record";
  let i = at;
  if (merged) while (bytes[i] === separator) i++;
  for (; ; i++) {
    if (count === starts.length) ({ starts, ends, marks } = grow(found));
    let mark = 0;
    if (quoted && bytes[i] === quote) {
      opened = embedded;
      const limit = Math.min(length, i + maxRecordBytes);
      let close = i + 1;
      for (; close < limit; close++) {
        const byte = bytes[close]!;
        if (byte > highestQuoted) continue;
        if (byte === quote) {
          if (bytes[close + 1] !== quote) break;
          mark |= doubledMark;
          close++;
        } else if (byte === escape) {
          mark |= escapedMark;
          close += escapedBytes(bytes, close);
          if (isLineEnd(bytes[close])) embedded++;
        } else if (byte === separator) covered++;
        else if (byte === lineFeed || (byte === carriageReturn && bytes[close + 1] !== lineFeed)) embedded++;
      }
      if (close >= limit && limit === length && !final) return -1;
      if (close >= limit) {
        met = "unclosed";
        i = limit;
        break;
      }
      if (close + 1 === length && !final) return -1;
      starts[count] = i + 1;
      ends[count] = close;
      i = close + 1;
      while (bytes[i] === space && separator !== space) i++;
      if (i === length && !final) return -1;
      if (i < length && bytes[i] !== separator && !isLineEnd(bytes[i])) {
        met = embedded > opened ? "swallowed" : "quote";
        break;
      }
    } else {
      starts[count] = i;
      for (; i < length; i++) {
        const byte = bytes[i]!;
        if (byte > highest) continue;
        if (byte === separator || byte === lineFeed || byte === carriageReturn) break;
        if (byte !== escape) continue;
        if (i + 2 >= length && !final) return -1;
        mark = escapedMark;
        i += escapedBytes(bytes, i);
        if (isLineEnd(bytes[i])) embedded++;
      }
      if (i >= length && !final) return -1;
      i = Math.min(i, length);
      ends[count] = i;
    }
    marks[count] = mark;
    count++;
    if (merged) {
      while (i + 1 < length && bytes[i] === separator && bytes[i + 1] === separator) i++;
      if (i + 1 === length && !final) return -1;
      if (bytes[i] === separator && (i + 1 >= length || isLineEnd(bytes[i + 1]))) i++;
    }
    if (i < length && bytes[i] === separator) continue;
    if (count === 1 && starts[0] === i && ends[0] === i) met = "empty";
    break;
  }
  found.met = met;
  found.count = count;
  found.embedded = embedded;
  found.opened = opened;
  found.covered = covered;
  return met === "unclosed" ? i : nextLine(bytes, i, final);
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === lineFeed || byte === carriageReturn;
}

/** How many bytes a backslash at `i` makes ordinary: two for CRLF. */
function escapedBytes(bytes: Buffer, i: number): number {
  return bytes[i + 1] === carriageReturn && bytes[i + 2] === lineFeed ? 2 : 1;
}

/** Makes room for twice as many fields. */
function grow(found: Found): Found {
  const { starts, ends, marks } = found;
  (found.starts = new Int32Array(2 * starts.length)).set(starts);
  (found.ends = new Int32Array(2 * ends.length)).set(ends);
  (found.marks = new Uint8Array(2 * marks.length)).set(marks);
  return found;
}

/** Replaces a field's marks: `""` by a quote, a backslash with a character by that character. */
const replaced = [undefined, /""/g, /\\[^A-Za-z0-9]/g, /\\[^A-Za-z0-9]|""/g] as const;

/** The text of a field, with doubled quotes made single and backslashes resolved. */
export function fieldText({ bytes, starts, ends, marks, quote }: RecordFields, index: number): string {
  const text = bytes.toString("utf8", starts[index], ends[index]);
  const mark = marks[index]!;
  if (quote !== undefined && quote !== '"' && mark & doubledMark)
    return text.replaceAll(quote + quote, quote);
  const pattern = replaced[mark];
  return pattern ? text.replace(pattern, (pair) => pair[1]!) : text;
}

/**
 * True for a byte before which a backslash is removed: not a letter or digit, whose meaning is specific to the
 * writer (`\N`).
 */
export function isSign(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const letter = byte | 0x20;
  return !(byte >= 0x30 && byte <= 0x39) && !(letter >= 0x61 && letter <= 0x7a);
}
