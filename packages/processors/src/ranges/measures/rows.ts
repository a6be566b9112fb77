import type { NullRows } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import { drained, type CellSink } from "../cells/cell-sink.js";
import type { RecordBand, RowOfRecords, RowRecords } from "../cells/row-records.js";
import type { CellGrid } from "../cells/shape.js";
import type { GroupRuns } from "./group-runs.js";
import type { RowGroups } from "./row-groups.js";

/** Values of a row that are made at once, of a dataset of several columns. */
const mostValues = 1 << 20;

export type FindRuns = (band: RecordBand, row: RowOfRecords, group: number) => GroupRuns;

/** The runs of cells of groups of polygons, row by row. */
export interface Source {
  readonly records: RowRecords;
  readonly groups: RowGroups;
  readonly find: FindRuns;
  readonly grid: CellGrid;
}

/** The values of a single group. */
export function* valuesOfGroup(
  { records, groups, find, grid }: Source,
  sink: CellSink,
): Generator<arrow.RecordBatch | NullRows> {
  for (const band of records.bands()) {
    for (const row of band.rows) {
      groups.sort(band, row);
      for (const group of groups.found) {
        const runs = find(band, row, group);
        for (let i = 0; i < runs.length; i++)
          for (let column = runs.from[i]!; column < runs.to[i]!; column++)
            sink.add(row.row * grid.width + column, runs.values[i]!);
      }
      yield* drained(sink, false);
    }
  }
  yield* drained(sink, true);
}

/** The values of each group, whose part of the dataset is its rank. */
export function* valuesOfGroups(
  { records, groups, find, grid }: Source,
  sink: CellSink,
  rank: Int32Array,
): Generator<arrow.RecordBatch | NullRows> {
  const { width } = grid;
  const counts = new Int32Array(width + 1);
  for (const band of records.bands()) {
    for (const row of band.rows) {
      groups.sort(band, row);
      const ordered = groups.found.toSorted((a, b) => rank[a]! - rank[b]!);
      counts.fill(0);
      const all: { part: number; from: number; to: number; value: number }[] = [];
      for (const group of ordered) {
        const runs = find(band, row, group);
        for (let i = 0; i < runs.length; i++) {
          const [from, to] = [runs.from[i]!, runs.to[i]!];
          all.push({ part: rank[group]!, from, to, value: runs.values[i]! });
          counts[from]!++;
          counts[to]!--;
        }
      }
      for (let column = 1; column <= width; column++) counts[column]! += counts[column - 1]!;
      for (let first = 0; first < width;) {
        let end = first;
        for (let total = 0; end < width && (end === first || total + counts[end]! <= mostValues); end++)
          total += counts[end]!;
        addColumns(sink, all, counts, row.row * width, first, end);
        first = end;
        yield* drained(sink, false);
      }
    }
  }
  yield* drained(sink, true);
}

/** Adds the values of columns `[first, end)`, column by column. */
function addColumns(
  sink: CellSink,
  all: readonly { part: number; from: number; to: number; value: number }[],
  counts: Int32Array,
  cell: number,
  first: number,
  end: number,
): void {
  const places = new Int32Array(end - first + 1);
  for (let column = first; column < end; column++)
    places[column - first + 1] = places[column - first]! + counts[column]!;
  const total = places[end - first]!;
  const [parts, values] = [new Int32Array(total), new Float64Array(total)];
  const next = places.slice();
  for (const { part, from, to, value } of all) {
    for (let column = Math.max(first, from); column < Math.min(end, to); column++) {
      const at = next[column - first]!++;
      parts[at] = part;
      values[at] = value;
    }
  }
  for (let column = first; column < end; column++)
    for (let at = places[column - first]!; at < places[column - first + 1]!; at++)
      sink.add(cell + column, values[at]!, parts[at]);
}
