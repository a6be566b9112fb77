import { isWhole, type Shape } from "./shape.js";
import { createSplitter, maxRecordBytes, nextLine, type Dialect, type Splitter } from "./split.js";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quoteMark = 0x22;
const backslash = 0x5c;

/** Weighs how a text may be quoted. */
export interface Census {
  /** Takes the next bytes of the text. */
  push(chunk: Buffer): void;
  /** Takes the end of the text. */
  end(): void;
  /** The dialect that fits best what was taken, the earliest of equals. */
  readonly dialect: Dialect;
}

interface Candidate {
  readonly dialect: Dialect;
  readonly splitter: Splitter;
  /** Lines and records that are not what the dialect says. */
  faults: number;
  /** The record that comes next. */
  at: number;
}

/**
 * Counts, for each of some dialects, what in a text contradicts it: records with another number of fields than the
 * header, quotes that close within a word or never, and whole lines swallowed by a quoted field. Lines without a quote or a backslash
 * are the same in all dialects and are leapt over.
 */
export function takeCensus(dialects: readonly Dialect[], shape: Shape): Census {
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

  /** Whole records among the lines in `[from, to)`, as they are without quotes. */
  const wholeLines = (bytes: Buffer, from: number, to: number): number => {
    let whole = 0;
    for (let at = from; at < to;) {
      const next = lines.split(bytes, at, true);
      if (lines.found.met === "record" && isWhole(lines.found, shape)) whole++;
      at = next;
    }
    return whole;
  };

  /** Takes the next record of a candidate; false when its end is not there yet. */
  const advance = (candidate: Candidate, bytes: Buffer, final: boolean): boolean => {
    const { splitter, at } = candidate;
    const next = splitter.split(bytes, at, final);
    if (next < 0) return false;
    const { met, embedded } = splitter.found;
    if (met === "record") {
      if (!isWhole(splitter.found, shape)) candidate.faults++;
      // A field that goes over several lines shares its first or its last line with the other fields, not both.
      if (embedded > 0) candidate.faults += Math.max(0, wholeLines(bytes, at, next) - 1);
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

  /** Whether the record that the first candidate has just taken is the same to all. */
  const isCommon = (next: number, backslashAt: number): boolean => {
    const { met, count, embedded, covered } = candidates[0]!.splitter.found;
    return met === "record" && embedded === 0 && covered === 0 && count <= shape.most && backslashAt >= next;
  };

  /** Lets each candidate take records until all are at the same place; false when the text must go on for it. */
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

/** The beginning of the line that `at` lies in, not before `from`. */
function lineStart(bytes: Buffer, at: number, from: number): number {
  let i = at;
  // A CR at the very end may be the first half of a line end.
  if (i === bytes.length && bytes[i - 1] === carriageReturn && i > from) i--;
  while (i > from && bytes[i - 1] !== lineFeed && bytes[i - 1] !== carriageReturn) i--;
  return i;
}
