import type { Coverer, TakeCover } from "./cover.js";
import type { CellGrid, Shape } from "./shape.js";
import { Sweep } from "./sweep.js";

/**
 * Finds the fraction of each cell that a shape covers whose rings may cross and touch: what has an odd number of edges to the west is
 * inside.
 * @param shift added to every x before
 */
export function coverAny(
  shape: Shape,
  { width, height }: CellGrid,
  shift: number,
  coverer: Coverer,
  take: TakeCover,
): void {
  const left = Math.max(0, Math.floor(shape.west + shift));
  const columns = Math.min(width, Math.ceil(shape.east + shift)) - left;
  const [top, end] = coverableRows(shape, height);
  if (columns <= 0 || top >= end) return;
  const sweep = new Sweep();
  eachRow(shape, top, end, (row, edges) => {
    sweep.clear();
    for (const edge of edges) {
      const [from, to] = [edge.from, edge.to];
      sweep.add(shape.xs[from]! + shift, shape.ys[from]!, shape.xs[to]! + shift, shape.ys[to]!, row, 0);
    }
    if (sweep.count === 0) return;
    sweep.addTo(coverer.deltasFor(columns), left, columns);
    coverer.takeRow(row, left, columns, take);
  });
}

/** The rows of the grid in which a shape lies, the last excluded. */
export function coverableRows({ north, south }: Shape, height: number): [top: number, end: number] {
  return [Math.max(0, Math.floor(north)), Math.min(height, Math.ceil(south))];
}

/** Numbers of an edge's points. */
export interface EdgeEnds {
  readonly from: number;
  readonly to: number;
}

/** Calls `each` with rows `[top, end)`, and the edges that lie in them. */
export function eachRow(
  { ys, starts }: Shape,
  top: number,
  end: number,
  each: (row: number, edges: Iterable<EdgeEnds>) => void,
): void {
  const rowOf = (y: number): number => Math.max(top, Math.min(end - 1, Math.floor(y)));
  // For each row the edges that begin there: those that go on are handed from row to row.
  const beginning = new Map<number, EdgeEnds[]>();
  for (let ring = 0; ring + 1 < starts.length; ring++) {
    const last = starts[ring + 1]!;
    let from = last - 1;
    for (let to = starts[ring]!; to < last; from = to++) {
      const [low, high] = [Math.min(ys[from]!, ys[to]!), Math.max(ys[from]!, ys[to]!)];
      if (low === high || high <= top || low >= end) continue;
      const row = rowOf(low);
      const list = beginning.get(row);
      if (list) list.push({ from, to });
      else beginning.set(row, [{ from, to }]);
    }
  }
  let active: EdgeEnds[] = [];
  for (let row = top; row < end; row++) {
    active = active.filter(({ from, to }) => Math.max(ys[from]!, ys[to]!) > row);
    active.push(...(beginning.get(row) ?? []));
    beginning.delete(row);
    each(row, active);
  }
}
