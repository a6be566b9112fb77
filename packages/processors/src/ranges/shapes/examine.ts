import type { Rings } from "../feature.js";
import { findMeetings } from "./crossings.js";
import { findNesting } from "./nesting.js";

/** What is wrong with a feature's rings, in numbers of rings. */
export interface Faults {
  /** Rings that cross themselves or others. */
  readonly crossing: number;
  /** Rings that touch themselves. */
  readonly touching: number;
  /** Holes that lie outside of their polygon: they are left out. */
  readonly outside: number;
  /** Polygons of a feature that lie inside of another one of it. */
  readonly nested: number;
  /** Rings that enclose nothing: a point, or a line there and back. */
  readonly flat: number;
  /** Where the first crossing or touching is. */
  readonly at: readonly [x: number, y: number] | undefined;
}

export interface Examined {
  /** Without holes that lie outside. */
  readonly rings: Rings;
  /** For each ring 1 if it adds what it encloses, -1 if it takes that away. */
  readonly fills: readonly (1 | -1)[];
  /** Whether no edges meet, so that the fills are all that is to know. */
  readonly isSimple: boolean;
  readonly faults: Faults | undefined;
}

/** Finds out which of a feature's rings add to its area, whichever way they turn, and what is wrong with them. */
export function examine(rings: Rings): Examined {
  const meetings = findMeetings(rings);
  const isSimple = !meetings.any;
  const inside = meetings.crossing.size > 0 ? undefined : findNesting(rings);
  const { outlines } = rings;
  const all = Array.from({ length: rings.starts.length - 1 }, (_, ring) => ring);
  const outside = inside && outlines ? all.filter((ring) => !outlines[ring]! && !inside[ring]!) : [];
  const nested = inside && outlines ? all.filter((ring) => outlines[ring]! && inside[ring]!).length : 0;
  const kept = outside.length === 0 ? all : all.filter((ring) => !outside.includes(ring));
  const fills = kept.map((ring): 1 | -1 => (inside?.[ring] === true ? -1 : 1));
  const faults = {
    crossing: meetings.crossing.size,
    touching: meetings.touching.size,
    outside: outside.length,
    nested,
    flat: kept.filter((ring) => isFlat(rings, ring)).length,
    at: meetings.at,
  };
  const isSound = faults.crossing + faults.touching + faults.outside + faults.nested + faults.flat === 0;
  return {
    rings: kept === all ? rings : only(rings, kept),
    fills,
    isSimple,
    faults: isSound ? undefined : faults,
  };
}

/** Whether a ring has three points, which lie on a line: with more of them edges meet. */
function isFlat({ xs, ys, starts }: Rings, ring: number): boolean {
  const a = starts[ring]!;
  if (starts[ring + 1]! - a !== 3) return false;
  const [b, c] = [a + 1, a + 2];
  return (xs[b]! - xs[a]!) * (ys[c]! - ys[a]!) === (xs[c]! - xs[a]!) * (ys[b]! - ys[a]!);
}

function only({ xs, ys, starts, outlines }: Rings, kept: readonly number[]): Rings {
  const total = kept.reduce((sum, ring) => sum + starts[ring + 1]! - starts[ring]!, 0);
  const [keptX, keptY] = [new Float64Array(total), new Float64Array(total)];
  const keptStarts = new Int32Array(kept.length + 1);
  for (const [index, ring] of kept.entries()) {
    const at = keptStarts[index]!;
    keptX.set(xs.subarray(starts[ring], starts[ring + 1]), at);
    keptY.set(ys.subarray(starts[ring], starts[ring + 1]), at);
    keptStarts[index + 1] = at + starts[ring + 1]! - starts[ring]!;
  }
  return {
    xs: keptX,
    ys: keptY,
    starts: keptStarts,
    outlines: outlines && kept.map((ring) => outlines[ring]!),
  };
}
