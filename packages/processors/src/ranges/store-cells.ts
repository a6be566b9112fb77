import { columnTypes, type CellTarget } from "@quadrat/core";
import { committedCells, reclaim } from "@quadrat/core/base";
import { NullRows } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import type { RangePlan } from "./plan.js";

/** Creates a table and appends batches to it; returns the number of rows. */
export async function fill(
  { store, signal, table, dense }: Pick<CellTarget, "store" | "signal" | "table" | "dense">,
  dataType: RangePlan["dataType"],
  batches: Iterable<arrow.RecordBatch | NullRows>,
  layout: "sparse" | "parts" | "dense",
): Promise<number> {
  const isDense = layout === "dense";
  const target = isDense ? dense! : table;
  const before = { sparse: "cell BIGINT, ", parts: "cell BIGINT, part INTEGER, ", dense: "" }[layout];
  await store.exec(`CREATE OR REPLACE TABLE ${target} (${before}value ${columnTypes[dataType].sql})`);
  return store.append(
    nameOf(target),
    watched(batches, signal),
    isDense ? { commitEvery: committedCells } : {},
  );
}

/** Batches that end if the signal does, and of which the garbage is collected. */
export function* watched(
  batches: Iterable<arrow.RecordBatch | NullRows>,
  signal: AbortSignal,
): Generator<arrow.RecordBatch | NullRows> {
  for (const batch of batches) {
    signal.throwIfAborted();
    yield batch;
    // A cell and a value in each row.
    if (!(batch instanceof NullRows)) reclaim(16 * batch.numRows);
  }
}

/** The parts of a quoted and qualified name. */
function nameOf(sql: string): { schema: string; table: string } {
  const parts = [...sql.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)].map((match) =>
    (match[1] ?? match[2]!).replaceAll('""', '"'),
  );
  const [schema, table] = parts.length === 1 ? ["main", parts[0]!] : [parts[0]!, parts[1]!];
  return { schema, table };
}
