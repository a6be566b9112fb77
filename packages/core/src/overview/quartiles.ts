import type { StoreReader } from "../sql/reader.js";
import type { ColumnPass } from "./column-pass.js";
import type { OverviewSource } from "./columns.js";
import { Quantiles } from "./ranks.js";
import { scanRows, type ValueTable } from "./scan.js";

/** The quartiles of columns, exactly: in one pass more, or a few where many values lie close together. */
export async function quartilesOf(
  reader: StoreReader,
  group: readonly Pick<OverviewSource, "name">[],
  passes: readonly Pick<ColumnPass, "bins" | "values">[],
  table: ValueTable = "merged",
): Promise<(readonly number[] | undefined)[]> {
  const quantiles = passes.map(({ bins, values }) => bins && new Quantiles([0.25, 0.5, 0.75], values, bins));
  for (;;) {
    const open = quantiles.flatMap((one, index) =>
      one && !one.search.done ? [{ search: one.search, index }] : [],
    );
    if (open.length === 0) return quantiles.map((one) => one?.values());
    for (const { search } of open) search.begin();
    await scanRows(
      reader,
      open.map(({ index }) => group[index]!),
      ({ length, values }) => {
        open.forEach(({ search }, at) => {
          const column = values[at]!;
          for (let row = 0; row < length; row++) search.add(column[row]!);
        });
      },
      table,
    );
    for (const { search } of open) search.end();
  }
}
