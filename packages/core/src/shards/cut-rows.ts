/** Datasets that are staged as a whole, and by the same shard, with their estimated work. */
export interface WholeWork {
  readonly names: readonly string[];
  readonly work: number;
}

/** What a shard does: rows of the grid, and datasets as a whole. */
export interface CutShard {
  readonly rows: readonly [first: number, end: number];
  readonly whole: readonly string[];
  readonly work: number;
}

/**
 * Divides rows into shards of about equal work. Whole datasets go, the largest first, to the shard that has least of them; it
 * gets the fewer rows.
 * @param bands estimated work of some bands of equal height
 */
export function cutRows(
  height: number,
  bands: Float64Array,
  shards: number,
  whole: readonly WholeWork[] = [],
): CutShard[] {
  const owned = assign(whole, shards);
  const rowWork = bands.reduce((sum, work) => sum + work, 0);
  // Rows without any work are divided evenly all the same.
  const floor = rowWork > 0 ? (rowWork / height) * 1e-3 : 1;
  const before = cumulative(bands, height, floor);
  const total = before(height) + owned.reduce((sum, { work }) => sum + work, 0);
  const rooms = roomsFor(before(height), owned, total / shards);
  const cuts: CutShard[] = [];
  let [first, reached] = [0, 0];
  for (const [index, { names, work }] of owned.entries()) {
    reached += rooms[index]!;
    const left = shards - index - 1;
    const wanted = left === 0 ? height : nearestRow(before, reached, height);
    const end = Math.min(height - left, Math.max(first + 1, wanted));
    cuts.push({ rows: [first, end], whole: names, work: before(end) - before(first) + work });
    first = end;
  }
  return cuts;
}

interface Owned {
  readonly names: string[];
  work: number;
}

function assign(whole: readonly WholeWork[], shards: number): Owned[] {
  const owned = Array.from({ length: shards }, (): Owned => ({ names: [], work: 0 }));
  for (const { names, work } of [...whole].sort((a, b) => b.work - a.work)) {
    const least = owned.reduce((best, one) => (one.work < best.work ? one : best));
    least.names.push(...names);
    least.work += work;
  }
  return owned;
}

/** The work in rows that each shard should have: what fills it up to an equal level, none if it is above already. */
function roomsFor(rowWork: number, owned: readonly Owned[], fair: number): number[] {
  let level = fair;
  for (let round = 0; round < owned.length; round++) {
    const below = owned.filter(({ work }) => work < level);
    const next = (rowWork + below.reduce((sum, { work }) => sum + work, 0)) / Math.max(1, below.length);
    if (Math.abs(next - level) <= 1e-12 * next) break;
    level = next;
  }
  return owned.map(({ work }) => Math.max(0, level - work));
}

/** The work of rows `[0, row)`. */
function cumulative(bands: Float64Array, height: number, floor: number): (row: number) => number {
  const sums = new Float64Array(bands.length + 1);
  for (const [index, work] of bands.entries()) sums[index + 1] = sums[index]! + work;
  return (row) => {
    const at = (row / height) * bands.length;
    const band = Math.min(bands.length - 1, Math.floor(at));
    const within = bands.length === 0 ? 0 : sums[band]! + (at - band) * bands[band]!;
    return within + floor * row;
  };
}

/** The row before which the work is nearest to an amount. */
function nearestRow(before: (row: number) => number, amount: number, height: number): number {
  let [low, high] = [0, height];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(middle) < amount) low = middle + 1;
    else high = middle;
  }
  return low > 0 && amount - before(low - 1) < before(low) - amount ? low - 1 : low;
}
