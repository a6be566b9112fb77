import type { Reducer } from "@quadrat/core/base";
import type { Accumulator } from "./accumulator.js";
import { mostValues } from "./accumulators.js";
import { tooMany } from "./tally.js";

/** Gathers the valid pixels of a cell with their coverage fractions, for a method that needs them all at once. */
export function reducing(reducer: Reducer, method: string): Accumulator {
  let values = new Float64Array(256);
  let weights = new Float64Array(256);
  let count = 0;

  function grow(): void {
    if (count >= mostValues / 2) throw tooMany(method, "pixels", mostValues / 2);
    const [oldValues, oldWeights] = [values, weights];
    values = new Float64Array(2 * count);
    weights = new Float64Array(2 * count);
    values.set(oldValues);
    weights.set(oldWeights);
  }

  return {
    reset() {
      count = 0;
    },
    add(data, offset, stride, fractions, columns, rows, first) {
      for (let row = 0, k = first; row < rows; row++) {
        for (let i = offset + row * stride, end = i + columns; i < end; i++, k++) {
          const fraction = fractions[k]!;
          const value = data[i]!;
          if (fraction === 0 || value !== value) continue;
          if (count === values.length) grow();
          values[count] = value;
          weights[count++] = fraction;
        }
      }
    },
    result: () => (count > 0 ? reducer.reduce(values.subarray(0, count), weights.subarray(0, count)) : NaN),
  };
}
