import { leastCover } from "../cells/cover.js";
import type { RecordBand, RowOfRecords } from "../cells/row-records.js";
import type { RangePlan } from "../plan.js";
import { GroupRuns } from "./group-runs.js";
import type { RowGroups } from "./row-groups.js";

/**
 * The covered fractions of the cells of a row by all polygons of a group together. Only called for a group several polygons of which
 * cover parts of a cell, none of them all of it.
 */
export type UnionOf = (row: number, group: number) => Float64Array;

/** The cells of a group's polygons by their covered fractions: these themselves, or 1 where they reach the threshold. */
export class CoveredRuns {
  readonly #groups: RowGroups;
  readonly #threshold: number | undefined;
  readonly #union: UnionOf | undefined;
  readonly #runs = new GroupRuns();
  readonly #sums: Float64Array;
  readonly #most: Float64Array;
  /** The number of polygons that cover a part of a cell, up to 2; 3 if one covers all of it. */
  readonly #parts: Uint8Array;
  /** The polygon that was added last: one that goes around the globe may cover a cell from both sides. */
  readonly #owners: Int32Array;

  /** @param union undefined to find out what it will be needed for: `missing` tells */
  constructor(
    groups: RowGroups,
    { measure, threshold }: RangePlan,
    width: number,
    union: UnionOf | undefined,
  ) {
    this.#groups = groups;
    this.#threshold = measure === "coverage" ? undefined : threshold - leastCover;
    this.#union = union;
    this.#sums = new Float64Array(width);
    this.#most = new Float64Array(width);
    this.#parts = new Uint8Array(width);
    this.#owners = new Int32Array(width);
  }

  /** Whether the last group that was looked at needs its union. */
  missing = false;

  of({ words, doubles }: RecordBand, row: RowOfRecords, group: number): GroupRuns {
    const runs = this.#runs;
    runs.clear();
    this.missing = false;
    let polygon = -1;
    let isOne = true;
    this.#groups.each(group, row, (at) => {
      if (polygon >= 0 && words[at + 1] !== polygon) isOne = false;
      polygon = words[at + 1]!;
    });
    if (isOne) {
      let last = -1;
      this.#groups.each(group, row, (at) => {
        if (words[at + 2]! < last) isOne = false;
        last = words[at + 3]!;
      });
    }
    if (isOne) {
      this.#groups.each(group, row, (at) =>
        this.#add(words[at + 2]!, words[at + 3]!, doubles[(at + 4) / 2]!),
      );
      return runs;
    }
    this.#several(words, doubles, row, group);
    return runs;
  }

  #add(from: number, to: number, fraction: number): void {
    const threshold = this.#threshold;
    if (threshold === undefined) this.#runs.add(from, to, fraction);
    else if (fraction >= threshold) this.#runs.add(from, to, 1);
  }

  #several(words: Int32Array, doubles: Float64Array, row: RowOfRecords, group: number): void {
    const [sums, most, parts, owners] = [this.#sums, this.#most, this.#parts, this.#owners];
    let [low, high] = [Infinity, 0];
    this.#groups.each(group, row, (at) => {
      const [from, to, fraction] = [words[at + 2]!, words[at + 3]!, doubles[(at + 4) / 2]!];
      low = Math.min(low, from);
      high = Math.max(high, to);
      if (fraction >= 1) {
        parts.fill(3, from, to);
        return;
      }
      for (let column = from; column < to; column++) {
        sums[column]! += fraction;
        if (parts[column] === 1 && owners[column] === words[at + 1]!) {
          most[column]! += fraction;
          continue;
        }
        most[column] = Math.max(most[column]!, fraction);
        owners[column] = words[at + 1]!;
        if (parts[column]! < 2) parts[column]!++;
      }
    });
    let union: Float64Array | undefined;
    for (let column = low; column < high; column++) {
      const kind = parts[column]!;
      if (kind === 0) continue;
      let fraction = kind === 3 ? 1 : sums[column]!;
      if (kind === 2) {
        if (!this.#isClear(column)) {
          if (this.#union) fraction = (union ??= this.#union(row.row, group))[column]!;
          else this.missing = true;
        } else if (most[column]! >= (this.#threshold ?? Infinity)) fraction = most[column]!;
      }
      this.#add(column, column + 1, Math.min(1, fraction));
    }
    sums.fill(0, low, high);
    most.fill(0, low, high);
    parts.fill(0, low, high);
  }

  /** Whether the threshold decides without the union: one polygon reaches it, or all of them together do not. */
  #isClear(column: number): boolean {
    const threshold = this.#threshold;
    return threshold !== undefined && (this.#most[column]! >= threshold || this.#sums[column]! < threshold);
  }
}
