import { Bins } from "./bins.js";
import { Moments } from "./moments.js";
import type { MapShape } from "./map-shape.js";
import type { Range } from "./scan.js";

/** Why a cell has no value: the numbers are those in {@link ColumnMap.why}. */
export const reasons = ["value", "nodata", "outside", "no record"] as const;
export type Reason = 1 | 2 | 3;

/** A column on the map. */
export interface ColumnMap {
  /** Of each pixel the mean of its cells, or the class of most of them; NaN where none has a value. */
  readonly values: Float64Array;
  /** Of each pixel without a value, why its first row has none; 0 for others and where there are no rows. */
  readonly why: Uint8Array;
}

/** Classes that can be told apart on a map. */
const mostClasses = 250;

/** What becomes of a column in one pass over its values, in ascending order of the cells. */
export class ColumnPass {
  readonly bins: Bins | undefined;
  readonly nulls: [number, number, number, number] = [0, 0, 0, 0];
  readonly #moments = new Moments();
  minCell: number | undefined;
  maxCell: number | undefined;
  /** How often each class occurs; undefined if the column is not categorical, or has too many of them. */
  classes: Map<number, number> | undefined;
  readonly #sums: Float64Array;
  readonly #counts: Uint32Array;
  readonly #why: Uint8Array;
  readonly #votes: Int32Array | undefined;
  readonly #candidates: Float64Array | undefined;

  /** @param range undefined for classes without an order, such as texts, and for columns without a value */
  constructor(shape: MapShape, range: Range | undefined, categorical: boolean) {
    const pixels = shape.width * shape.height;
    this.bins = range && new Bins(range);
    this.#sums = new Float64Array(pixels);
    this.#counts = new Uint32Array(pixels);
    this.#why = new Uint8Array(pixels);
    if (!categorical) return;
    this.classes = new Map();
    this.#votes = new Int32Array(pixels);
    this.#candidates = new Float64Array(pixels);
  }

  miss(pixel: number, reason: Reason): void {
    this.nulls[reason]++;
    if (this.#why[pixel] === 0) this.#why[pixel] = reason;
  }

  add(cell: number, pixel: number, value: number): void {
    this.#moments.add(value);
    const { bins } = this;
    if (bins) {
      if (value === bins.range.min) this.minCell ??= cell;
      if (value === bins.range.max) this.maxCell ??= cell;
      bins.add(value);
    }
    this.#sums[pixel]! += value;
    this.#counts[pixel]!++;
    if (this.classes) this.#classify(pixel, value);
  }

  get values(): number {
    return this.#moments.count;
  }

  get mean(): number {
    return this.#moments.mean;
  }

  /** The standard deviation of a sample; undefined for less than two values. */
  get stdev(): number | undefined {
    return this.#moments.stdev;
  }

  map(): ColumnMap {
    const categorical = this.classes !== undefined;
    const values = Float64Array.from(this.#counts, (count, pixel) => {
      if (count === 0) return NaN;
      return categorical ? this.#candidates![pixel]! : this.#sums[pixel]! / count;
    });
    const why = this.#why.map((reason, pixel) => (this.#counts[pixel] === 0 ? reason : 0));
    return { values, why };
  }

  /** Counts the class, and lets the cells of a pixel vote: a class that more than half of them have is found (Boyer and Moore). */
  #classify(pixel: number, value: number): void {
    const { classes } = this;
    classes!.set(value, (classes!.get(value) ?? 0) + 1);
    if (classes!.size > mostClasses) this.classes = undefined;
    if (this.#votes![pixel] === 0) this.#candidates![pixel] = value;
    this.#votes![pixel]! += this.#candidates![pixel] === value ? 1 : -1;
  }
}
