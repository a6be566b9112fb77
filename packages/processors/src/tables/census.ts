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
  let skip = first!.skip ?? 0;
  let rest: Buffer = Buffer.alloc(0);

  /** Whole records among the lines in `[from, to)`, as they are without quotes. */
  const wholeLines = (bytes: Buffer, from: number, to: number): number => {
    let whole = 0;
    for (let at = from; at < to;) {
      const next = lines.split(bytes, at, true);
      if (lines.met === "record" && isWhole(lines, shape)) whole++;
      at = next;
    }
    return whole;
  };

  /** Takes the next record of a candidate; false when its end is not there yet. */
  const advance = (candidate: Candidate, bytes: Buffer, final: boolean): boolean => {
    const { splitter, at } = candidate;
    const next = splitter.split(bytes, at, final);
    if (next < 0) return false;
    const { met, embedded } = splitter;
    if (met === "record") {
      if (!isWhole(splitter, shape)) candidate.faults++;
      // A field that goes over several lines shares its first or its last line with the other fields, not both.
      if (embedded > 0) candidate.faults += Math.max(0, wholeLines(bytes, at, next) - 1);
    } else if (met === "quote") candidate.faults++;
    else if (met === "swallowed" || met === "unclosed") candidate.faults += embedded + 1;
    const isLost = met === "swallowed" || met === "unclosed";
    candidate.at = isLost ? Math.min(nextLine(bytes, at, true), at + maxRecordBytes) : next;
    return true;
  };

  const consume = (bytes: Buffer, final: boolean): void => {
    const upcoming = marks.map(() => -1);
    /** The first mark at or after a position. */
    const nextMark = (from: number): number => {
      marks.forEach((mark, k) => {
        if (upcoming[k]! >= from) return;
        const position = bytes.indexOf(mark, from);
        upcoming[k] = position < 0 ? bytes.length : position;
      });
      return Math.min(...upcoming);
    };
    while (skip > 0) {
      const { at } = candidates[0]!;
      const next = at < bytes.length ? nextLine(bytes, at, final) : -1;
      for (const candidate of candidates) candidate.at = next < 0 ? at : next;
      if (next < 0) break;
      skip--;
    }
    while (skip === 0) {
      const from = Math.min(...candidates.map(({ at }) => at));
      const behind = candidates.find(({ at }) => at === from)!;
      if (candidates.every(({ at }) => at === from)) {
        const line = lineStart(bytes, nextMark(from), from);
        for (const candidate of candidates) candidate.at = line;
        if (upcoming.every((position) => position === bytes.length)) break;
      }
      if (!advance(behind, bytes, final)) break;
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
