import { coverableRows, eachRow } from "../cells/cover-any.js";
import { Coverer } from "../cells/cover.js";
import { RowCursor, type RowRecords } from "../cells/row-records.js";
import type { CellGrid, Shape } from "../cells/shape.js";
import { Sweep } from "../cells/sweep.js";
import type { Polygons } from "../polygons.js";
import type { UnionOf } from "./covered-runs.js";

/** Words of an edge: row, polygon, and the coordinates of its ends as doubles. */
export const edgeWords = 10;

/** Rows of groups whose polygons overlap in parts of cells. */
export class OverlappingRows {
  readonly #keys = new Set<number>();
  readonly #groups: number;

  constructor(groups: number) {
    this.#groups = Math.max(1, groups);
  }

  get any(): boolean {
    return this.#keys.size > 0;
  }

  add(row: number, group: number): void {
    this.#keys.add(row * this.#groups + group);
  }

  has(row: number, group: number): boolean {
    return this.#keys.has(row * this.#groups + group);
  }
}

/** Adds the edges of a polygon in the rows where they are needed. */
export function addEdges(
  records: RowRecords,
  polygon: number,
  shape: Shape,
  shift: number,
  { height }: CellGrid,
  isNeeded: (row: number) => boolean,
): void {
  const [top, end] = coverableRows(shape, height);
  eachRow(shape, top, end, (row, edges) => {
    if (!isNeeded(row)) return;
    for (const { from, to } of edges) {
      const at = records.add(row, polygon);
      records.doubles.set(
        [shape.xs[from]! + shift, shape.ys[from]!, shape.xs[to]! + shift, shape.ys[to]!],
        (at + 2) / 2,
      );
    }
  });
}

/** Finds the unions in rows that are asked for in ascending order. */
export function unionsOf(edges: RowRecords, polygons: Polygons, { width }: CellGrid): UnionOf {
  const cursor = new RowCursor(edges);
  const coverer = new Coverer({ width, height: 1 });
  const sweep = new Sweep();
  const union = new Float64Array(width);
  return (row, group) => {
    union.fill(0);
    const found = cursor.at(row);
    if (!found) return union;
    const { words, doubles } = found.band;
    const owners = new Map<number, number>();
    sweep.clear();
    for (let at = found.row.from; at < found.row.end; at += edgeWords) {
      const polygon = words[at + 1]!;
      if (polygons.group(polygon) !== group) continue;
      let owner = owners.get(polygon);
      if (owner === undefined) owners.set(polygon, (owner = owners.size));
      const [x1, y1, x2, y2] = doubles.subarray((at + 2) / 2, (at + 2) / 2 + 4) as unknown as [
        number,
        number,
        number,
        number,
      ];
      sweep.add(x1, y1, x2, y2, row, owner);
    }
    sweep.addTo(coverer.deltasFor(width), 0, width);
    coverer.takeRow(0, 0, width, (_, from, to, fraction) => union.fill(fraction, from, to));
    return union;
  };
}
