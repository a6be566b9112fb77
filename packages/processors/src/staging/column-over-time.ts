import type { RasterData } from "@quadrat/core/base";
import { overTime, type OverTime } from "../resample/time/statistics.js";
import type { SeriesColumn } from "./series-together.js";

/**
 * The statistic of a column's steps, group by group, and of its groups, in the order of the groups whichever of them is complete
 * first.
 */
export class ColumnOverTime {
  readonly #column: Pick<SeriesColumn, "statistic" | "complete">;
  readonly #cells: number;
  readonly #outer: OverTime | undefined;
  readonly #left: number[];
  readonly #groups = new Map<number, OverTime>();
  readonly #ended = new Map<number, Float64Array<ArrayBuffer>>();
  #next = 0;
  #only: Float64Array<ArrayBuffer> | undefined;

  constructor(column: SeriesColumn, cells: number) {
    this.#column = column;
    this.#cells = cells;
    this.#left = column.groups.map((pairs) => pairs.length / 2);
    this.#outer = column.then && overTime(column.then, cells);
  }

  /** Adds a band of a step to a group; the last step completes the group. */
  add(group: number, values: RasterData): void {
    const { statistic, complete } = this.#column;
    const inner = this.#groups.get(group) ?? overTime(statistic, this.#cells);
    inner.add(values);
    if (--this.#left[group]! > 0) {
      this.#groups.set(group, inner);
      return;
    }
    this.#groups.delete(group);
    const result = inner.finish(complete);
    if (!this.#outer) {
      this.#only = result;
      return;
    }
    this.#ended.set(group, result);
    for (let next = this.#ended.get(this.#next); next; next = this.#ended.get(this.#next)) {
      this.#outer.add(next);
      this.#ended.delete(this.#next++);
    }
  }

  finish(): Float64Array<ArrayBuffer> {
    return this.#outer ? this.#outer.finish(this.#column.complete) : this.#only!;
  }

  /** Gives back what it holds if it will not be finished. */
  release(): void {
    for (const group of [...this.#groups.values(), this.#outer]) group?.release?.();
  }
}
