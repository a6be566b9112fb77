import {
  qualify,
  QuadratError,
  required,
  type DatasetEntry,
  type DataType,
  type StageContext,
} from "@quadrat/core";
import { committedCells } from "@quadrat/core/base";
import { listsTable } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import type { ClassLists } from "../resample/index.js";
import { denseBatch, listBatch } from "./cells.js";

/** Bytes of lists that may wait to be written. */
const waitingBytes = 2 ** 22;

const mostLists = 2 ** 31 - 1;

/**
 * Gives the lists of a dataset their numbers and writes them, always before the cells that have them are committed. Those that an
 * interrupted run has written for cells that it did not commit are removed.
 */
export class ListNumbers {
  readonly #entry: DatasetEntry;
  readonly #type: DataType;
  readonly #context: StageContext;
  #next: number;
  #cells = 0;
  #waiting: arrow.RecordBatch[] = [];
  #bytes = 0;

  private constructor(entry: DatasetEntry, type: DataType, next: number, context: StageContext) {
    this.#entry = entry;
    this.#type = type;
    this.#next = next;
    this.#context = context;
  }

  static async of(entry: DatasetEntry, type: DataType, context: StageContext): Promise<ListNumbers> {
    const store = required(context, "store");
    const cells = qualify(required(context, "catalogue").table(entry.name, "dense"));
    const [row] = await store.rows<{ next: number }>(
      `SELECT coalesce(max(list) + 1, 0)::DOUBLE AS next FROM ${cells}`,
    );
    await store.exec(`DELETE FROM ${qualify(listsTable(entry.name))} WHERE list >= ${row!.next}`);
    return new ListNumbers(entry, type, row!.next, context);
  }

  /** The next cells but for the first `skipped`, as a batch for the dense table. */
  async batch(band: ClassLists, skipped: number): Promise<arrow.RecordBatch> {
    const { lists, validity, nulls, offsets, parts, values } = band;
    const first = this.#next;
    this.#next += offsets.length - 1;
    if (this.#next > mostLists) throw tooManyLists(this.#entry);
    if (offsets.length > 1) this.#waiting.push(listBatch(band, first, this.#type));
    this.#bytes += offsets.byteLength + parts.byteLength + values.byteLength;
    if (first > 0) for (let cell = 0; cell < lists.length; cell++) lists[cell]! += first;
    const commits = (): number => Math.floor(this.#cells / committedCells);
    const before = commits();
    this.#cells += lists.length - skipped;
    if (this.#bytes > waitingBytes || commits() > before) await this.write();
    const batch = denseBatch("int32", { values: lists, validity, nulls });
    return skipped > 0 ? batch.slice(skipped) : batch;
  }

  /** Writes the lists that wait. */
  async write(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    if (waiting.length > 0)
      await required(this.#context, "store").append(listsTable(this.#entry.name), waiting);
  }
}

function tooManyLists({ name }: DatasetEntry): QuadratError {
  return new QuadratError("usage", `${name}: more than ${mostLists} cells have different fractions`, {
    hint: "make runs of parts of the grid, or name the classes that are wanted with `classes`",
    place: { dataset: name, key: "resample" },
  });
}
