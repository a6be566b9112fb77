import type { BlockMeans } from "@quadrat/core/base";
import { kernels } from "@quadrat/kernels";
import type { ValueRules } from "./values.js";

type Shorts = Int16Array | Uint16Array;

/** Scales `count` stored values from `start` on into `out` from `at` on. */
export type ShortScaler = (
  samples: Shorts,
  start: number,
  count: number,
  out: Float64Array,
  at: number,
) => void;

/** Rows of blocks of stored values that lie side by side. */
export interface ShortBlocks {
  readonly samples: Shorts;
  readonly start: number;
  /** From a row of values to the next. */
  readonly stride: number;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
}

/** The means of the scaled values of blocks. */
export interface ShortMeans {
  /** Whether so many blocks of this size side by side are few enough. */
  fits(columns: number, width: number, height: number): boolean;
  write(blocks: ShortBlocks, into: BlockMeans): void;
}

/** The number of values that the kernel has room for. */
const chunk = 1 << 13;

/** Scaling by the kernel, to the same bits; undefined if it does not know the rules. */
export function shortScaler(rules: ValueRules): ShortScaler | undefined {
  const kernel = scalingKernel(rules);
  if (!kernel) return undefined;
  const { room, results, scale } = kernel;
  return (samples, start, count, out, at) => {
    for (let done = 0; done < count; done += chunk) {
      const length = Math.min(chunk, count - done);
      room().set(samples.subarray(start + done, start + done + length));
      scale(length);
      out.set(length === chunk ? results() : results().subarray(0, length), at + done);
    }
  };
}

/** The means of scaled values, which stay in the kernel's memory; undefined if it does not know the rules. */
export function shortMeans(rules: ValueRules): ShortMeans | undefined {
  const kernel = scalingKernel(rules);
  if (!kernel) return undefined;
  const { room, scale, meansOfFour } = kernel;
  const k = kernels();
  const means = k.arena.view(Float64Array, k.shortMeans.value, chunk / 2);
  return {
    fits: (columns, width, height) => width * height > 1 && columns * width * height <= chunk,
    write({ samples, start, stride, width, height, columns, rows }, into) {
      const line = columns * width;
      const most = Math.floor(chunk / (line * height));
      for (let done = 0; done < rows; done += most) {
        const count = Math.min(most, rows - done);
        const lines = count * height;
        const values = room();
        for (let row = 0, from = start + done * height * stride; row < lines; from += stride) {
          const together = stride === line ? lines : 1;
          values.set(samples.subarray(from, from + together * line), row * line);
          row += together;
        }
        if (width === 2 && height === 2) meansOfFour(count, columns);
        else {
          scale(lines * line);
          k.meansOfBlocks(count, columns, width, height);
        }
        for (let row = 0; row < count; row++)
          into.data.set(
            means().subarray(row * columns, (row + 1) * columns),
            into.at + (done + row) * into.stride,
          );
      }
    },
  };
}

/** Where stored values are put, the scaling of the first of them, and where they are then. */
function scalingKernel({ stored, missing, least, greatest, scaling }: ValueRules) {
  if (!scaling || (stored !== "int16" && stored !== "uint16")) return undefined;
  const isSigned = stored === "int16";
  const [smallest, largest] = isSigned ? [-32768, 32767] : [0, 65535];
  const possible = missing.filter(
    (value) => Number.isInteger(value) && value >= smallest && value <= largest,
  );
  const low = Math.max(smallest, Math.ceil(least));
  const high = Math.min(largest, Math.floor(greatest));
  const [first = outOf(low, high, smallest, largest), second = first] = possible;
  // NaN as a bound excludes nothing; bounds that exclude everything are not worth a kernel.
  if (!(low <= high) || possible.length > 2 || first === undefined || second === undefined) return undefined;
  const { scale, offset } = scaling;
  const k = kernels();
  const scaleChunk = isSigned ? k.scaleSignedShorts : k.scaleUnsignedShorts;
  const means = isSigned ? k.meansOfSignedShorts : k.meansOfUnsignedShorts;
  const known = [scale, offset, first, second, low, high] as const;
  return {
    room: k.arena.view<Shorts>(isSigned ? Int16Array : Uint16Array, k.storedShorts.value, chunk),
    results: k.arena.view(Float64Array, k.scaledShorts.value, chunk),
    scale: (count: number) => scaleChunk(count, ...known),
    meansOfFour: (rows: number, cells: number) => means(rows, cells, ...known),
  };
}

/** A number that the bounds exclude anyway, for rules in which none is missing. */
function outOf(low: number, high: number, smallest: number, largest: number): number | undefined {
  if (low > smallest) return smallest;
  return high < largest ? largest : undefined;
}
