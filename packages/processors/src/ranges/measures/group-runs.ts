/** Runs of cells of a group of polygons in one row: apart, ascending, each with a value. */
export class GroupRuns {
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly values: number[] = [];

  clear(): void {
    this.from.length = 0;
    this.to.length = 0;
    this.values.length = 0;
  }

  get length(): number {
    return this.from.length;
  }

  /** Adds a run behind the others, which grows the last one if it has the same value and ends there. */
  add(from: number, to: number, value: number): void {
    const last = this.to.length - 1;
    if (last >= 0 && this.to[last]! >= from && this.values[last] === value) {
      this.to[last] = Math.max(this.to[last]!, to);
      return;
    }
    this.from.push(from);
    this.to.push(to);
    this.values.push(value);
  }
}

/** Finds the runs of one group in one row; what it returns is overwritten by the next. */
export type RunsOf = (group: number) => GroupRuns;
