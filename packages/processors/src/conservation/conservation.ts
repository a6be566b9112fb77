import {
  qualify,
  required,
  type Conservation,
  type DatasetEntry,
  type OpenDataset,
  type StageContext,
  type StagedDataset,
} from "@quadrat/core";
import { sumOf } from "./exact-sum.js";
import { ResultTotal } from "./result-total.js";
import { joinTotals, type SourceTotal } from "./source-total.js";

/** Whether the total of a dataset should be that of its raster. */
export function conserves({ source, method }: Pick<OpenDataset, "source" | "method">): boolean {
  return source.kind === "raster" && method === "sum";
}

/** Why the raster's own total is not compared; undefined if it is. */
export function incomparable(
  { source }: Pick<OpenDataset, "source">,
  { mask }: Pick<StageContext, "mask">,
): string | undefined {
  if (source.kind === "raster" && source.series) return "its cells are made from several steps in time";
  return mask ? "a mask leaves cells out" : undefined;
}

/** Compares the total of a dataset, in order of its cells, with that of its raster. */
export class ConservationTally {
  readonly #result = new ResultTotal();
  readonly #source: SourceTotal[] = [];

  /** @param skipped cells at the beginning that are left out */
  add(cells: Parameters<ResultTotal["add"]>[0], skipped = 0): void {
    this.#result.add(cells, skipped);
  }

  /** Cells without a value. */
  addNulls(count: number): void {
    this.#result.addNulls(count);
  }

  /** What the pixels under some rows add up to, if that is counted. */
  addSource(source: SourceTotal | undefined): void {
    if (source) this.#source.push(source);
    // Few parts stay of many.
    if (this.#source.length > 64) this.#source.splice(0, this.#source.length, this.source);
  }

  /** The cells that an interrupted run has left in the store, which come before all others. */
  async addStored(entry: DatasetEntry, cells: number, context: StageContext): Promise<void> {
    const table = qualify(required(context, "catalogue").table(entry.name, "dense"));
    const found = required(context, "store").query(
      `SELECT value::DOUBLE AS value FROM ${table} WHERE rowid < ${cells} ORDER BY rowid`,
    );
    for await (const { data } of found) {
      const column = data.children[0]!;
      const { nullBitmap, nullCount, offset, length } = column;
      const all = column.values as Float64Array<ArrayBuffer>;
      if (offset !== 0) throw new Error("a batch that does not begin with its first value");
      const validity = nullCount > 0 ? (nullBitmap as Uint8Array<ArrayBuffer>) : undefined;
      this.#result.add({ values: all.subarray(0, length), validity });
    }
  }

  get source(): SourceTotal {
    return joinTotals(this.#source);
  }

  /** @param why the reason why the raster's own total is not compared */
  conservation(why: string | undefined): Conservation {
    const { parts, magnitude, unknown = why } = this.source;
    const result = this.#result.value();
    const resultTotal = Number.isFinite(result) ? result : null;
    if (unknown !== undefined || resultTotal === null) {
      const reason = unknown ?? "the total of the cells is not finite";
      return { sourceTotal: null, resultTotal, difference: null, relative: null, unknown: reason };
    }
    const total = sumOf([parts]);
    const sourceTotal = total.value;
    const difference = sumOf([[resultTotal], parts.map((part) => -part)]).value;
    const relative = difference === 0 ? 0 : Math.abs(difference) / Math.max(magnitude, Math.abs(resultTotal));
    return { sourceTotal, resultTotal, difference, relative };
  }
}

/** Relative differences up to this are rounding. */
const rounding = 1e-6;

/** The warning that a dataset has another total than its raster; undefined if it has the same. */
export function conservationWarning({
  name,
  path,
  conservation,
}: Pick<StagedDataset, "name" | "path" | "conservation">): string | undefined {
  if (!conservation) return undefined;
  const { sourceTotal, resultTotal, difference, relative } = conservation;
  if (relative === null || relative <= rounding) return undefined;
  const [more, share] = [difference! > 0 ? "more" : "less", Number((100 * relative).toPrecision(3))];
  return (
    `${name}: its cells add up to ${resultTotal}, the pixels of ${path} inside the grid to ${sourceTotal}: ${share} % ${more}. ` +
    "Cells at the edge of a projection, or pixels much larger than cells, are the usual reasons"
  );
}
