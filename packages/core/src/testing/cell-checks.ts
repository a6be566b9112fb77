import { join } from "node:path";
import { Grid } from "../grid/grid.js";
import type { CellSource } from "../plugin/source.js";
import { DuckDbStore } from "../store/duckdb-store.js";
import { columnTypes } from "../store/types.js";
import { demand, rejection, type Check } from "./check.js";
import { inTestFolder } from "./folder.js";

/** The checks for a source of cells. */
export function cellChecks(open: () => Promise<CellSource>, settings: { readonly grid?: Grid }): Check[] {
  const grid =
    settings.grid ?? new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [-180, -90, 180, 90] });
  const inStore = (work: (store: DuckDbStore, source: CellSource) => Promise<void>): Promise<void> =>
    inTestFolder(async (folder) => {
      const store = await DuckDbStore.open(join(folder, "store"), {
        memoryBytes: 200e6,
        threads: 1,
        temporaryDirectory: join(folder, "spill"),
      });
      const source = await open();
      try {
        await work(store, source);
      } finally {
        await source.close();
        await store.close();
      }
    });
  const stage = (
    store: DuckDbStore,
    source: CellSource,
    table: string,
    signal = new AbortController().signal,
  ) => source.stage({ grid, store, table, signal });
  return [
    {
      name: "makes a table of cells in ascending order, and reports its records",
      run: () =>
        inStore(async (store, source) => {
          demand(
            source.dataType in columnTypes,
            () => `its dataType is ${source.dataType}; allowed: ${Object.keys(columnTypes).join(", ")}`,
          );
          const { read, used, skipped, warnings, columns: labels } = await stage(store, source, "main.made");
          const columns = await store.rows<{ column_name: string; data_type: string }>(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'made' ORDER BY ordinal_position",
          );
          const found = columns.map(({ column_name: name, data_type: type }) => `${name} ${type}`).join(", ");
          const part = labels ? "part INTEGER, " : "";
          const wanted = `cell BIGINT, ${part}value ${columnTypes[source.dataType].sql}`;
          demand(
            found === wanted,
            () => `stage must create a table of ${wanted}; it has ${found || "nothing"}`,
          );
          demand(
            (labels !== undefined) === (source.several !== undefined) && labels?.length !== 0,
            () => "the report names the columns, at least one, if and only if the source has `several`",
          );
          // Of several columns each cell may have a row for each, in order.
          const key = labels ? "cell::HUGEINT * 2147483648 + part" : "cell";
          const [beyond] = labels
            ? await store.rows<{ n: bigint }>(
                `SELECT count(*) AS n FROM main.made WHERE part IS NULL OR part NOT BETWEEN 0 AND ${labels.length - 1}`,
              )
            : [];
          demand((beyond?.n ?? 0n) === 0n, () => `parts must be from 0 to ${labels!.length - 1}`);
          const [facts] = await store.rows<{ wrong: bigint; outside: bigint; empty: bigint }>(
            `SELECT count(*) FILTER (key <= before) AS wrong, count(*) FILTER (cell NOT BETWEEN 0 AND ${grid.size - 1}) AS outside,
              count(*) FILTER (value IS NULL) AS empty
              FROM (SELECT *, ${key} AS key, lag(${key}) OVER (ORDER BY rowid) AS before FROM main.made)`,
          );
          demand(
            facts!.wrong === 0n,
            () =>
              `rows must ascend by cell${labels ? " and part" : ""}, each ${labels ? "pair" : "cell"} once`,
          );
          demand(facts!.outside === 0n, () => `cells must be from 0 to ${grid.size - 1}`);
          demand(facts!.empty === 0n, () => "a cell without a value must have no row");
          const left = Object.values(skipped).reduce((sum, count) => sum + count, 0);
          demand(
            read === used + left,
            () =>
              `every record must be used or left out for a reason: ${read} read, ${used} used, ${left} left out`,
          );
          demand(Array.isArray(warnings), () => "the report must have a list of warnings");
        }),
    },
    {
      name: "makes the same table again",
      run: () =>
        inStore(async (store, source) => {
          await stage(store, source, "main.one");
          await stage(store, source, "main.two");
          const rows = await store.rows(
            "(FROM main.one EXCEPT FROM main.two) UNION ALL (FROM main.two EXCEPT FROM main.one)",
          );
          demand(rows.length === 0, () => `staged again, ${rows.length} rows differ`);
        }),
    },
    {
      name: "stops when aborted",
      run: () =>
        inStore(async (store, source) => {
          const signal = AbortSignal.abort(new DOMException("stopped", "AbortError"));
          await rejection(
            () => stage(store, source, "main.made", signal),
            "stage must reject when its signal is aborted; it resolved",
          );
        }),
    },
  ];
}
