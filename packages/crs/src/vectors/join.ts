import type { Kernel } from "../projections/projection.js";
import type { Step } from "../steps.js";
import { block, inVectors, type Prepare, type VectorCode } from "./lane.js";

/** One kernel for steps in turn: in vectors where all of them have formulas. */
export function join(steps: readonly Step[]): Kernel {
  const kernel: Kernel = (x, y, start, end) => {
    for (const step of steps) step.kernel(x, y, start, end);
  };
  const [first, second, ...others] = steps;
  if (first?.axes && second?.apart) {
    const code = codeOf([second.apart.code, ...others.map((step) => step.code)]);
    return code ? inVectors(kernel, code, preparing(first.axes, second.apart)) : kernel;
  }
  const code = codeOf(steps.map((step) => step.code));
  return code ? inVectors(kernel, code) : kernel;
}

function codeOf(codes: readonly (VectorCode | undefined)[]): VectorCode | undefined {
  const known = codes.filter((code) => code !== undefined);
  const [first, ...others] = known;
  if (!first || known.length < codes.length) return undefined;
  return (f, inputs) => {
    let point = first(f, inputs);
    for (const code of others) point = code(f, [f.keep(point[0]), f.keep(point[1])]);
    return point;
  };
}

/** Makes the numbers of each axis where they are not those of before: a row of a grid has one y, and the xs of the row above. */
function preparing(
  { x: before, y: above }: NonNullable<Step["axes"]>,
  { x, y }: NonNullable<Step["apart"]>,
): Prepare {
  const columns = new Float64Array(block).fill(NaN);
  const ones = new Float64Array(block);
  const others = new Float64Array(block);
  return (xs, ys, start, end, inputs) => {
    const [ofX, otherOfX, ofY, otherOfY] = inputs as [Float64Array, Float64Array, Float64Array, Float64Array];
    let row = NaN;
    let one = NaN;
    let other = NaN;
    for (let i = start; i < end; i++) {
      const place = i - start;
      if (xs[i]! !== columns[place]!) {
        columns[place] = xs[i]!;
        [ones[place], others[place]] = x(before(xs[i]!)) as [number, number];
      }
      if (ys[i]! !== row) {
        row = ys[i]!;
        [one, other] = y(above(row)) as [number, number];
      }
      ofX[place] = ones[place]!;
      otherOfX[place] = others[place]!;
      ofY[place] = one;
      otherOfY[place] = other;
    }
  };
}
