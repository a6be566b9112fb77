import { parseNumber, type Decimal } from "../numbers.js";
import { isUsable, isWhole, type Shape } from "./shape.js";
import { createSplitter, maxRecordBytes, nextLine, type Dialect, type Splitter } from "./split.js";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quoteMark = 0x22;
const backslash = 0x5c;

/** Compares the ways in which a text may be quoted. */
export interface Census {
  /** Adds the next bytes of the text. */
  push(chunk: Buffer): void;
  /** Adds the end of the text. */
  end(): void;
  /** The dialect that best fits the text, the first of equal ones. */
  readonly dialect: Dialect;
}

interface Candidate {
  readonly dialect: Dialect;
  readonly splitter: Splitter;
  /** Lines and records that contradict the dialect. */
  faults: number;
  /** The next record. */
  at: number;
}

/** The columns of a record's coordinates, and how numbers are written. */
export interface Coordinates {
  readonly x: number;
  readonly y: number;
  readonly decimal: Decimal;
}

/**
 * The weight of a line within a quoted field that has as many fields as a record, and of one that also has numbers for
 * coordinates.
 */
const weights = { whole: 1, record: 2 } as const;

/**
 * Counts, for each of some dialects, what in a text contradicts it: records with another number of fields than the header,
 * quotes that close within a word or never, and lines swallowed by a quoted field that are records by themselves. A line that
 * lacks fields at its end is also a record if it has coordinates: if such lines count against reading them as they are, they
 * must count more against swallowing them. Lines without a quote or a backslash are the same in all dialects and are skipped.
 * @param coordinates if they are known
 */
export function takeCensus(dialects: readonly Dialect[], shape: Shape, coordinates?: Coordinates): Census {
  const [first] = dialects;
  const candidates = dialects.map((dialect): Candidate => ({
    dialect,
    splitter: createSplitter(dialect),
    faults: 0,
    at: 0,
  }));
  const isDecided = candidates.length === 1;
  const lines = createSplitter({ ...first!, quoted: false, escaped: false });
  const marks = dialects.some(({ escaped }) => escaped) ? [quoteMark, backslash] : [quoteMark];
  let isAligned = true;
  let skip = first!.skip ?? 0;
  let rest: Buffer = Buffer.alloc(0);

  const weightOf = (bytes: Buffer): number => {
    const { found } = lines;
    if (found.met !== "record") return 0;
    if (coordinates) {
      const { x, y, decimal } = coordinates;
      const isNumber = (field: number): boolean =>
        parseNumber(plain(bytes, found.starts[field]!, found.ends[field]!), decimal) !== undefined;
      const hasPlace = isUsable(found, shape, Math.max(x, y) + 1) && isNumber(x) && isNumber(y);
      if (hasPlace) return weights.record;
    }
    return isWhole(found, shape) ? weights.whole : 0;
  };

  /**
   * The weight of the lines in `[from, to)` that are records by themselves, except for one: a field that extends over
   * several lines shares its first or its last line with other fields, not both.
   */
  const swallowed = (bytes: Buffer, from: number, to: number): number => {
    let [sum, most] = [0, 0];
    for (let at = from; at < to;) {
      const next = lines.split(bytes, at, true);
      const weight = weightOf(bytes);
      sum += weight;
      most = Math.max(most, weight);
      at = next;
    }
    return sum - most;
  };

  /** Takes the next record of a candidate; false if its end has not arrived yet. */
  const advance = (candidate: Candidate, bytes: Buffer, final: boolean): boolean => {
    const { splitter, at } = candidate;
    const next = splitter.split(bytes, at, final);
    if (next < 0) return false;
    const { met, embedded } = splitter.found;
    if (met === "record") {
      if (!isWhole(splitter.found, shape)) candidate.faults++;
      if (embedded > 0) candidate.faults += swallowed(bytes, at, next);
    } else if (met === "quote") candidate.faults++;
    else if (met === "swallowed" || met === "unclosed") candidate.faults += embedded + 1;
    const isLost = met === "swallowed" || met === "unclosed";
    candidate.at = isLost ? Math.min(nextLine(bytes, at, true), at + maxRecordBytes) : next;
    return true;
  };

  /** The first mark at or after a position. */
  const nextMark = (bytes: Buffer, from: number, upcoming: number[]): number => {
    let first = bytes.length;
    for (let k = 0; k < marks.length; k++) {
      if (upcoming[k]! < from) {
        const position = bytes.indexOf(marks[k]!, from);
        upcoming[k] = position < 0 ? bytes.length : position;
      }
      first = Math.min(first, upcoming[k]!);
    }
    return first;
  };

  /** Whether the record that the first candidate has just taken is the same for all. */
  const isCommon = (next: number, backslashAt: number): boolean => {
    const { met, count, embedded, covered } = candidates[0]!.splitter.found;
    return met === "record" && embedded === 0 && covered === 0 && count <= shape.most && backslashAt >= next;
  };

  /** Lets each candidate take records until all are at the same position; false if more text is needed. */
  const align = (bytes: Buffer, final: boolean): boolean => {
    do {
      const behind = candidates.reduce((least, next) => (next.at < least.at ? next : least));
      if (!advance(behind, bytes, final)) return false;
    } while (candidates.some(({ at }) => at !== candidates[0]!.at));
    return true;
  };

  const moveTo = (at: number): void => {
    for (const candidate of candidates) candidate.at = at;
  };

  const consume = (bytes: Buffer, final: boolean): void => {
    const [first] = candidates;
    const upcoming = marks.map(() => -1);
    if (!isAligned) isAligned = align(bytes, final);
    for (let at = first!.at; isAligned && skip > 0 && at < bytes.length; skip--) {
      at = nextLine(bytes, at, final);
      if (at < 0) break;
      moveTo(at);
    }
    while (isAligned && skip === 0) {
      const mark = nextMark(bytes, first!.at, upcoming);
      moveTo(lineStart(bytes, mark, first!.at));
      if (mark === bytes.length) break;
      const next = first!.splitter.split(bytes, first!.at, final);
      if (next < 0) break;
      if (isCommon(next, upcoming[1] ?? next)) {
        if (!isWhole(first!.splitter.found, shape)) for (const candidate of candidates) candidate.faults++;
        moveTo(next);
      } else isAligned = align(bytes, final);
    }
    const kept = Math.min(...candidates.map(({ at }) => at));
    rest = bytes.subarray(kept);
    for (const candidate of candidates) candidate.at -= kept;
  };

  return {
    push(chunk) {
      if (!isDecided) consume(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), false);
    },
    end: () => consume(rest, true),
    get dialect() {
      return candidates.reduce((best, next) => (next.faults < best.faults ? next : best)).dialect;
    },
  };
}

/** The text of a field without quotes, which are a part of it where nothing is quoted. */
function plain(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("latin1", start, end).replaceAll('"', "");
}

/** The beginning of the line that `at` lies in, not before `from`. */
function lineStart(bytes: Buffer, at: number, from: number): number {
  let i = at;
  // A CR at the very end may be the first half of a line end.
  if (i === bytes.length && bytes[i - 1] === carriageReturn && i > from) i--;
  while (i > from && bytes[i - 1] !== lineFeed && bytes[i - 1] !== carriageReturn) i--;
  return i;
}
