import type { NullRows } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import { drained, type CellSink } from "../cells/cell-sink.js";
import type { RecordBand, RowOfRecords } from "../cells/row-records.js";
import type { Source } from "./rows.js";

/** A row without the records that were counted. */
interface Rest {
  readonly band: RecordBand;
  readonly row: RowOfRecords;
}

/**
 * The number of groups in each cell, from where their runs begin and end.
 * @param alone for each polygon 1 if no cell can be taken twice by its group: then its runs need not be united
 * @param least the covered fraction from which on a cell is taken, for records that have one
 */
export function* countGroups(
  { records, groups, find, grid }: Source,
  sink: CellSink,
  alone: Uint8Array,
  least: number | undefined,
): Generator<arrow.RecordBatch | NullRows> {
  const { width } = grid;
  const { size } = records;
  const changes = new Int32Array(width + 1);
  const counts = new Int32Array(width);
  for (const band of records.bands()) {
    const { words, doubles } = band;
    for (const row of band.rows) {
      let shared = 0;
      for (let at = row.from; at < row.end; at += size) {
        if (alone[words[at + 1]!] === 0) {
          shared++;
          continue;
        }
        if (least !== undefined && doubles[(at + 4) >> 1]! < least) continue;
        changes[words[at + 2]!]!++;
        changes[words[at + 3]!]!--;
      }
      if (shared > 0) {
        const rest =
          shared === (row.end - row.from) / size ? { band, row } : restOf(band, row, size, alone, shared);
        groups.sort(rest.band, rest.row);
        for (const group of groups.found) {
          const runs = find(rest.band, rest.row, group);
          for (let i = 0; i < runs.length; i++) {
            changes[runs.from[i]!]!++;
            changes[runs.to[i]!]!--;
          }
        }
      }
      let count = 0;
      let [low, high] = [width, 0];
      for (let column = 0; column < width; column++) {
        counts[column] = count += changes[column]!;
        if (count === 0) continue;
        if (low === width) low = column;
        high = column + 1;
      }
      changes.fill(0);
      if (low < high) sink.addCounts(row.row * width + low, counts.subarray(low, high));
      yield* drained(sink, false);
    }
  }
  yield* drained(sink, true);
}

/** The records of a row that belong to groups of several polygons, in their order. */
function restOf(
  { words }: RecordBand,
  row: RowOfRecords,
  size: number,
  alone: Uint8Array,
  count: number,
): Rest {
  const rest = new Int32Array(count * size);
  for (let at = row.from, to = 0; at < row.end; at += size) {
    if (alone[words[at + 1]!] !== 0) continue;
    for (let word = 0; word < size; word++) rest[to + word] = words[at + word]!;
    to += size;
  }
  return {
    band: { words: rest, doubles: new Float64Array(rest.buffer), rows: [] },
    row: { row: row.row, from: 0, end: rest.length },
  };
}
