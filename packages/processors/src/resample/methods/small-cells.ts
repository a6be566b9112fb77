import type { DataType, RasterData } from "@quadrat/core/base";
import type { WholeCells } from "./accumulator.js";
import { smallIntegers } from "./tally.js";

/** The values of a pixel of 8 bits, and that it has none. */
const symbols = 257;
const noValue = 256;

/** The maximum number of pixels whose values together are exact as a double. */
const mostPixels = 6;

/** Results that are remembered; a later one takes the place of another of the same hash. */
const remembered = 1 << 15;

/** Computes cells of whole pixels; returns whether it could. */
export type SmallCells = (data: RasterData, cells: WholeCells, out: RasterData, offset: number) => boolean;

/**
 * The results of cells of a few whole pixels of 8 bits, of which there are far fewer different ones than cells: each is computed
 * when it is first met, and again where another has taken its place.
 * @param compute the result of the cell whose pixels begin at `at`
 * @returns undefined for pixels of another type
 */
export function smallCells(
  type: DataType,
  compute: (data: RasterData, at: number, cells: WholeCells, area: number) => number,
): SmallCells | undefined {
  const range = smallIntegers(type);
  if (!range || range[1] - range[0] > 255) return undefined;
  const [least] = range;
  const keys = new Float64Array(remembered).fill(-1);
  const areasOf = new Float64Array(remembered);
  const results = new Float64Array(remembered);
  return (data, cells, out, offset) => {
    const { stride, columns, rows, areas, count } = cells;
    if (columns * rows > mostPixels) return false;
    for (let cell = 0, left = cells.at; cell < count; cell++, left += columns) {
      const area = areas[cell]!;
      let key = 0;
      let hash = 0;
      let isKnown = true;
      for (let row = 0, from = left; row < rows; row++, from += stride) {
        for (let pixel = from; pixel < from + columns; pixel++) {
          const value = data[pixel]!;
          const isValue = value === value;
          const symbol = isValue ? value - least : noValue;
          isKnown &&= !isValue || ((symbol | 0) === symbol && symbol >= 0 && symbol < noValue);
          key = key * symbols + symbol;
          hash = Math.imul(hash ^ symbol, 0x9e3779b1);
        }
      }
      const slot = (hash ^ (hash >>> 16)) & (remembered - 1);
      if (!isKnown || keys[slot] !== key || areasOf[slot] !== area) {
        keys[slot] = isKnown ? key : -1;
        areasOf[slot] = area;
        results[slot] = compute(data, left, cells, area);
      }
      out[offset + cell] = results[slot]!;
    }
    return true;
  };
}
