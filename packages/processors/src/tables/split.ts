const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quoteMark = 0x22;
const space = 0x20;
const backslash = 0x5c;
/** Not a byte. */
const never = -1;

/** The longest record that is taken apart, as in DuckDB's reader. */
export const maxRecordBytes = 2 * 1024 * 1024;

export interface Dialect {
  /** One ASCII character. */
  readonly delimiter: string;
  /** Whether a field that begins with `"` runs to the next lone `"`, as RFC 4180 says. */
  readonly quoted: boolean;
  /** Whether a backslash makes the character after it an ordinary one: a quote, a delimiter, a line end. */
  readonly escaped?: boolean;
  /** Whether delimiters that follow each other are one, and those at the ends of a line none. */
  readonly merged?: boolean;
  /** Lines before the header. */
  readonly skip?: number;
  /** What a line begins with that is a comment. */
  readonly comment?: string | undefined;
}

/**
 * What {@link Splitter.split} met. Faults: `quote` closes within a word; `swallowed`: so does one whose field goes over
 * several lines; `unclosed`: a quote has no end within the text or within 2 MiB.
 */
export type Met = "record" | "empty" | "comment" | "quote" | "swallowed" | "unclosed";

/** Doubled quotes or backslashes in a field that stand for something else; bits of {@link RecordFields.marks}. */
export const doubledMark = 1;
export const escapedMark = 2;

/** The fields of one record: bytes `[starts[i], ends[i])` of `bytes`, valid until the next record. */
export interface RecordFields {
  readonly bytes: Buffer;
  readonly count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Whether `""` stands in the field for `"`, and `\x` for `x`. */
  readonly marks: Uint8Array;
  /** The line that the record begins on, counted from 1. */
  readonly line: number;
}

/** Takes records apart, one at a time; what it found stays in its fields until the next. */
export interface Splitter {
  /** Returns the position after the record at `at`, or -1 when its end is not there yet. */
  split(bytes: Buffer, at: number, final: boolean): number;
  readonly met: Met;
  readonly count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly marks: Uint8Array;
  /** Line ends within its fields. */
  readonly embedded: number;
  /** Of a fault: line ends between the beginning of the record and the quote that opens. */
  readonly opened: number;
}

/** The position after the line that `at` lies in, or -1 when its end is not there yet. */
export function nextLine(bytes: Buffer, at: number, final: boolean): number {
  let i = at;
  while (i < bytes.length && bytes[i] !== lineFeed && bytes[i] !== carriageReturn) i++;
  if (bytes[i] === carriageReturn && bytes[i + 1] === lineFeed) return i + 2;
  if (bytes[i] === carriageReturn && i + 1 === bytes.length) return final ? i + 1 : -1;
  if (i < bytes.length) return i + 1;
  return final ? i : -1;
}

/**
 * Splits records as RFC 4180 says, with these liberties: lines end in LF, CRLF or CR, mixed as they come; spaces may
 * follow a closing quote; and what the dialect allows besides.
 */
export function createSplitter({ delimiter, quoted, escaped, merged, comment }: Dialect): Splitter {
  const separator = delimiter.charCodeAt(0);
  const escape = escaped ? backslash : never;
  const remark = comment === undefined ? undefined : Buffer.from(comment);
  let starts = new Int32Array(64);
  let ends = new Int32Array(64);
  let marks = new Uint8Array(64);
  let met: Met = "record";
  let count = 0;
  let embedded = 0;
  let opened = 0;

  const grow = (): void => {
    const wider = starts.length * 2;
    const [oldStarts, oldEnds, oldMarks] = [starts, ends, marks];
    (starts = new Int32Array(wider)).set(oldStarts);
    (ends = new Int32Array(wider)).set(oldEnds);
    (marks = new Uint8Array(wider)).set(oldMarks);
  };

  const found = (what: Met, next: number): number => {
    met = what;
    return next;
  };

  /** The position after a character that a backslash at `i` makes an ordinary one. */
  const escapedEnd = (bytes: Buffer, i: number): number => {
    const next = bytes[i + 1];
    const crlf = next === carriageReturn && bytes[i + 2] === lineFeed;
    if (next === lineFeed || next === carriageReturn) embedded++;
    return Math.min(i + (crlf ? 3 : 2), bytes.length);
  };

  const isRemark = (bytes: Buffer, at: number): boolean =>
    remark !== undefined && remark.compare(bytes, at, Math.min(at + remark.length, bytes.length)) === 0;

  const split = (bytes: Buffer, at: number, final: boolean): number => {
    const length = bytes.length;
    count = 0;
    embedded = 0;
    opened = 0;
    if (remark) {
      if (length - at < remark.length && !final) return -1;
      if (isRemark(bytes, at)) return found("comment", nextLine(bytes, at, final));
    }
    let i = at;
    if (merged) while (bytes[i] === separator) i++;
    for (; ; i++) {
      if (count === starts.length) grow();
      if (quoted && bytes[i] === quoteMark) {
        opened = embedded;
        let close = i + 1;
        let mark = 0;
        const limit = Math.min(length, i + maxRecordBytes);
        while (close < limit) {
          const byte = bytes[close]!;
          if (byte > quoteMark && byte !== escape) close++;
          else if (byte === quoteMark) {
            if (bytes[close + 1] !== quoteMark) break;
            mark |= doubledMark;
            close += 2;
          } else if (byte === escape) {
            mark |= escapedMark;
            close = escapedEnd(bytes, close);
          } else {
            if (byte === lineFeed || (byte === carriageReturn && bytes[close + 1] !== lineFeed)) embedded++;
            close++;
          }
        }
        if (close >= limit && (limit < length || final)) return found("unclosed", limit);
        if (close >= limit || (close + 1 === length && !final)) return -1;
        starts[count] = i + 1;
        ends[count] = close;
        marks[count] = mark;
        i = close + 1;
        while (bytes[i] === space && separator !== space) i++;
        if (i === length && !final) return -1;
        const after = bytes[i];
        if (i < length && after !== separator && after !== lineFeed && after !== carriageReturn) {
          return found(embedded > opened ? "swallowed" : "quote", nextLine(bytes, i, final));
        }
      } else {
        starts[count] = i;
        let mark = 0;
        for (; i < length; i++) {
          const byte = bytes[i]!;
          if (byte === separator || byte === lineFeed || byte === carriageReturn) break;
          if (byte !== escape) continue;
          mark = escapedMark;
          if (i + 2 >= length && !final) return -1;
          i = escapedEnd(bytes, i) - 1;
        }
        if (i === length && !final) return -1;
        ends[count] = i;
        marks[count] = mark;
      }
      count++;
      if (merged) {
        while (i + 1 < length && bytes[i] === separator && bytes[i + 1] === separator) i++;
        if (i + 1 === length && !final) return -1;
        const after = bytes[i + 1];
        const isLast = i + 1 >= length || after === lineFeed || after === carriageReturn;
        if (bytes[i] === separator && isLast) i++;
      }
      if (i < length && bytes[i] === separator) continue;
      const isEmpty = count === 1 && starts[0] === i && ends[0] === i;
      return found(isEmpty ? "empty" : "record", nextLine(bytes, i, final));
    }
  };

  return {
    split,
    get met() {
      return met;
    },
    get count() {
      return count;
    },
    get starts() {
      return starts;
    },
    get ends() {
      return ends;
    },
    get marks() {
      return marks;
    },
    get embedded() {
      return embedded;
    },
    get opened() {
      return opened;
    },
  };
}

/** What a field's marks have to be replaced by: `""` by a quote, a backslash with a sign by that sign. */
const replaced = [undefined, /""/g, /\\[^A-Za-z0-9]/g, /\\[^A-Za-z0-9]|""/g] as const;

/** The text of a field, with its doubled quotes made single and its backslashes taken for what they say. */
export function fieldText({ bytes, starts, ends, marks }: RecordFields, index: number): string {
  const text = bytes.toString("utf8", starts[index], ends[index]);
  const pattern = replaced[marks[index]!];
  return pattern ? text.replace(pattern, (pair) => pair[1]!) : text;
}

/** True for a byte before which a backslash goes: no letter or digit, whose meaning is the writer's own (`\N`). */
export function isSign(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const letter = byte | 0x20;
  return !(byte >= 0x30 && byte <= 0x39) && !(letter >= 0x61 && letter <= 0x7a);
}
