import { signedArea, type Ring } from "./ring.js";

/** The outlines of consecutive cells, any number for each, in flat arrays. */
export interface RingStore {
  /** The points of all rings. */
  xs: Float64Array;
  ys: Float64Array;
  /** The rings of cell `i` are `first[i]` to `first[i + 1]`; the points of ring `r` begin at `start[r]` and end at `start[r + 1]`. */
  readonly first: Int32Array;
  start: Int32Array;
  /** Positive or negative according to the direction of the points; see {@link signedArea}. */
  areas: Float64Array;
  /** Rings that are connected in the source have the same number, usually 0, and are consecutive within a cell. */
  parts: Int32Array;
  cells: number;
  rings: number;
}

export function ringStore(cells: number): RingStore {
  return {
    xs: new Float64Array(6 * cells + 64),
    ys: new Float64Array(6 * cells + 64),
    first: new Int32Array(cells + 1),
    start: new Int32Array(cells + 17),
    areas: new Float64Array(cells + 16),
    parts: new Int32Array(cells + 16),
    cells: 0,
    rings: 0,
  };
}

/** Adds a ring to the cell that is open. */
export function addRingTo(store: RingStore, ring: Ring, part = 0): void {
  const from = store.start[store.rings]!;
  const to = from + ring.count;
  if (to > store.xs.length) {
    store.xs = enlarged(store.xs, new Float64Array(2 * to));
    store.ys = enlarged(store.ys, new Float64Array(2 * to));
  }
  if (store.rings === store.areas.length) {
    store.areas = enlarged(store.areas, new Float64Array(2 * store.rings));
    store.parts = enlarged(store.parts, new Int32Array(2 * store.rings));
    store.start = enlarged(store.start, new Int32Array(2 * store.rings + 1));
  }
  for (let i = 0; i < ring.count; i++) {
    store.xs[from + i] = ring.xs[i]!;
    store.ys[from + i] = ring.ys[i]!;
  }
  store.parts[store.rings] = part;
  store.areas[store.rings++] = signedArea(ring);
  store.start[store.rings] = to;
}

export function closeCell(store: RingStore): void {
  store.first[++store.cells] = store.rings;
}

function enlarged<T extends Float64Array | Int32Array>(array: T, larger: T): T {
  larger.set(array);
  return larger;
}
