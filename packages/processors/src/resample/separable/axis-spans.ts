import type { Kernel } from "../methods/kernels.js";
import { pixelUnder, snap } from "../mapping/pixel-map.js";

/**
 * The pixels from which each cell of one axis takes its value, with their weights.
 *
 * A cell has a run of consecutive pixels; beyond the border of a raster that goes around the globe it has
 * another, a full turn away. The runs of cell `c` are `first[c]` to `first[c + 1]`, those of pixels `start[r]` to
 * `end[r]` (exclusive), and their weights begin at `offset[r]`.
 */
export interface AxisSpans {
  readonly count: number;
  readonly first: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly offset: Int32Array;
  /** The full turns by which the cell was moved to meet the run's pixels. */
  readonly turns: Int32Array;
  readonly weights: Float64Array;
  /** The sum of the cell's weights, run by run. */
  readonly total: Float64Array;
  /** The pixel under the cell's centre, -1 if that is outside the raster. */
  readonly centre: Int32Array;
  /** For areas: the length of each cell in pixels, with what lies outside of the raster. */
  readonly lengths?: Float64Array;
}

/** Pixels and weights of a method along one pair of axes. */
export interface AxisPair {
  readonly columns: AxisSpans;
  readonly rows: AxisSpans;
}

/** The axis in the source's pixels. */
export interface PixelAxis {
  /** Number of cells. */
  readonly count: number;
  /** The pixel coordinate of the border before a cell. */
  edge(index: number): number;
  /** The pixel coordinate of a cell's centre. */
  centre(index: number): number;
  /** Number of pixels. */
  readonly size: number;
  /** Pixels in a full turn of longitude; undefined if the axis does not repeat. */
  readonly turn: number | undefined;
  /** Whether pixels run to the west or north. */
  readonly reversed: boolean;
  /** See {@link pixelTolerance}; smaller where cells are smaller than pixels. */
  readonly tolerance: number;
}

/** Each pixel weighted by its coverage fraction. */
export function areaSpans(axis: PixelAxis): AxisSpans {
  const spans = new SpanBuilder(axis);
  for (let cell = 0; cell < axis.count; cell++) {
    for (const { turns, from, to } of coveredRuns(axis, cell)) {
      const fraction = (pixel: number) => Math.min(to, pixel + 1) - Math.max(from, pixel);
      spans.add(turns, Math.floor(from), Math.ceil(to), fraction);
    }
    spans.close();
  }
  const lengths = Float64Array.from({ length: axis.count }, (_, cell) => {
    const [before, after] = [axis.edge(cell), axis.edge(cell + 1)];
    return Math.abs(snap(after, axis.tolerance) - snap(before, axis.tolerance));
  });
  return { ...spans.build(), lengths };
}

/** Whether any cell covers a part of a pixel. */
export function coversPixels(axis: PixelAxis): boolean {
  for (let cell = 0; cell < axis.count; cell++) {
    for (const _ of coveredRuns(axis, cell)) return true;
  }
  return false;
}

/** What a cell covers of the source, in pixels: several runs if the axis repeats. */
function* coveredRuns(
  axis: PixelAxis,
  cell: number,
): Generator<{ readonly turns: number; readonly from: number; readonly to: number }> {
  const edges = [axis.edge(cell), axis.edge(cell + 1)] as const;
  const low = Math.min(...edges);
  const high = Math.max(...edges);
  for (const turns of turnsToMeet(axis, low, high)) {
    const shift = turns === 0 ? 0 : turns * axis.turn!;
    const from = Math.max(0, snap(low + shift, axis.tolerance));
    const to = Math.min(axis.size, snap(high + shift, axis.tolerance));
    if (to - from > axis.tolerance) yield { turns, from, to };
  }
}

/**
 * Each pixel weighted by the kernel at its distance from the cell's centre.
 * @param scale cells per pixel; below 1 the kernel is widened by its inverse
 */
export function kernelSpans(axis: PixelAxis, kernel: Kernel, scale: number): AxisSpans {
  const spans = new SpanBuilder(axis);
  const stretch = Math.min(1, scale);
  const radius = kernel.radius / stretch;
  for (let cell = 0; cell < axis.count; cell++) {
    if (spans.centreOf(cell) >= 0) {
      const centre = axis.centre(cell);
      for (const turns of turnsToMeet(axis, centre - radius, centre + radius)) {
        const middle = snap(centre + (turns === 0 ? 0 : turns * axis.turn!) - 0.5, axis.tolerance);
        const [first, last] = stretch === 1 && radius < 3 ? plainSpan(middle, radius) : span(middle, radius);
        const start = Math.max(0, first);
        const end = Math.min(axis.size, last + 1);
        if (start < end) spans.add(turns, start, end, (pixel) => kernel.weight((pixel - middle) * stretch));
      }
    }
    spans.close();
  }
  return spans.build();
}

/** The first and last pixel within the kernel radius, including the border. */
function span(middle: number, radius: number): readonly [number, number] {
  return [Math.ceil(middle - radius - 1e-9), Math.floor(middle + radius + 1e-9)];
}

/** The same number of pixels for every cell, so that it is known whether all of them are present. */
function plainSpan(middle: number, radius: number): readonly [number, number] {
  return [Math.floor(middle) - radius + 1, Math.floor(middle) + radius];
}

/** The pixel under each cell's centre, with a weight of 1. */
export function centreSpans(axis: PixelAxis): AxisSpans {
  const spans = new SpanBuilder(axis);
  for (let cell = 0; cell < axis.count; cell++) {
    const { pixel, turns } = pixelAt(axis, axis.centre(cell));
    if (pixel >= 0) spans.add(turns, pixel, pixel + 1, () => 1);
    spans.close();
  }
  return spans.build();
}

/** The numbers of full turns that bring [low, high] onto the raster, ascending. */
function turnsToMeet({ size, turn }: PixelAxis, low: number, high: number): readonly number[] {
  if (turn === undefined) return onlyZero;
  const bounds = [-high / turn, (size - low) / turn] as const;
  const turns: number[] = [];
  for (let k = Math.ceil(Math.min(...bounds)); k <= Math.floor(Math.max(...bounds)); k++) turns.push(k);
  return turns;
}

const onlyZero = [0] as const;

/** The pixel that contains coordinate `value`, -1 if that is outside the raster, and the turns that bring it there. */
function pixelAt(axis: PixelAxis, value: number): { readonly pixel: number; readonly turns: number } {
  for (const turns of turnsToMeet(axis, value - axis.tolerance, value + axis.tolerance)) {
    const pixel = pixelUnder(value + (turns === 0 ? 0 : turns * axis.turn!), axis.reversed, axis.tolerance);
    if (pixel >= 0 && pixel < axis.size) return { pixel, turns };
  }
  return { pixel: -1, turns: 0 };
}

class SpanBuilder {
  readonly #axis: PixelAxis;
  readonly #first: Int32Array;
  readonly #total: Float64Array;
  readonly #start: number[] = [];
  readonly #end: number[] = [];
  readonly #offset: number[] = [];
  readonly #turns: number[] = [];
  #weights = new Float64Array(1024);
  #used = 0;
  #cell = 0;

  constructor(axis: PixelAxis) {
    this.#axis = axis;
    this.#first = new Int32Array(axis.count + 1);
    this.#total = new Float64Array(axis.count);
  }

  centreOf(cell: number): number {
    return pixelAt(this.#axis, this.#axis.centre(cell)).pixel;
  }

  /** Adds a run to the cell that is open. */
  add(turns: number, start: number, end: number, weight: (pixel: number) => number): void {
    if (this.#used + end - start > this.#weights.length) {
      const larger = new Float64Array(2 * (this.#used + end - start));
      larger.set(this.#weights);
      this.#weights = larger;
    }
    this.#start.push(start);
    this.#end.push(end);
    this.#offset.push(this.#used);
    this.#turns.push(turns);
    let total = 0;
    for (let pixel = start; pixel < end; pixel++) total += this.#weights[this.#used++] = weight(pixel);
    this.#total[this.#cell]! += total;
  }

  close(): void {
    this.#first[++this.#cell] = this.#start.length;
  }

  build(): AxisSpans {
    const { count } = this.#axis;
    return {
      count,
      first: this.#first,
      start: Int32Array.from(this.#start),
      end: Int32Array.from(this.#end),
      offset: Int32Array.from(this.#offset),
      turns: Int32Array.from(this.#turns),
      weights: this.#weights.slice(0, this.#used),
      total: this.#total,
      centre: Int32Array.from({ length: count }, (_, cell) => this.centreOf(cell)),
    };
  }
}
