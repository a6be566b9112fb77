import { nameless } from "./name-numbers.js";
import type { RunReader } from "./spilled-runs.js";

/** How many records, and how many different names, some cells have; cells are ascending. */
export interface CellCounts {
  readonly length: number;
  readonly cells: Float64Array<ArrayBuffer>;
  readonly records: Uint32Array<ArrayBuffer>;
  readonly names: Uint32Array<ArrayBuffer>;
}

/** Cells that are given at a time. */
const cellsAtOnce = 65_536;

/** Merges sorted runs into the counts of their cells. The arrays are used again for the next cells. */
export async function* mergeRuns(readers: readonly RunReader[]): AsyncGenerator<CellCounts> {
  const cells = new Float64Array(cellsAtOnce);
  const records = new Uint32Array(cellsAtOnce);
  const names = new Uint32Array(cellsAtOnce);
  for (const reader of readers) await reader.load();
  const heap = [...readers];
  for (let at = heap.length >> 1; at-- > 0;) sink(heap, at);
  let length = 0;
  let cell = -1;
  let name = -1;
  for (;;) {
    const first = heap[0];
    if (first === undefined || first.cell === Infinity) break;
    if (first.cell !== cell) {
      if (length === cellsAtOnce) {
        yield { length, cells, records, names };
        length = 0;
      }
      cell = first.cell;
      name = -1;
      cells[length] = cell;
      records[length] = 0;
      names[length] = 0;
      length++;
    }
    records[length - 1]! += first.count;
    if (first.name !== name && first.name !== nameless) names[length - 1]!++;
    name = first.name;
    if (!first.advance()) await first.load();
    sink(heap, 0);
  }
  if (length > 0) yield { length, cells, records, names };
}

function isBefore(one: RunReader, other: RunReader): boolean {
  return one.cell < other.cell || (one.cell === other.cell && one.name < other.name);
}

/** Moves an entry of a heap down to where it belongs. */
function sink(heap: RunReader[], from: number): void {
  const moved = heap[from]!;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, moved)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = moved;
}
