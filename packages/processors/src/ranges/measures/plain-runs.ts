import type { RecordBand, RowOfRecords } from "../cells/row-records.js";
import { GroupRuns } from "./group-runs.js";
import type { RowGroups } from "./row-groups.js";

/** The union of the runs of a group's polygons, with the value 1. */
export class PlainRuns {
  readonly #groups: RowGroups;
  readonly #runs = new GroupRuns();
  #sorted: { from: number; to: number }[] = [];

  constructor(groups: RowGroups) {
    this.#groups = groups;
  }

  of({ words }: RecordBand, row: RowOfRecords, group: number): GroupRuns {
    const runs = this.#runs;
    runs.clear();
    let isSorted = true;
    let last = -1;
    this.#groups.each(group, row, (at) => {
      const from = words[at + 2]!;
      if (from < last) isSorted = false;
      last = from;
      if (isSorted) runs.add(from, words[at + 3]!, 1);
    });
    if (isSorted) return runs;
    runs.clear();
    this.#sorted = [];
    this.#groups.each(group, row, (at) => this.#sorted.push({ from: words[at + 2]!, to: words[at + 3]! }));
    for (const { from, to } of this.#sorted.sort((a, b) => a.from - b.from)) runs.add(from, to, 1);
    return runs;
  }
}
