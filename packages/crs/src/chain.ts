import { once } from "@quadrat/core/base";
import { kernels } from "@quadrat/kernels";

/** Changes the first `count` points of two coordinate arrays in place. A point that can't be mapped becomes NaN. */
export type PlainStep = (x: Float64Array, y: Float64Array, count: number) => void;

/** The same by a kernel, for points that lie where the kernels have theirs. */
export interface KernelStep {
  readonly kernel: (count: number) => void;
}

/** A step of a transform. */
export type Step = PlainStep | KernelStep;

/** Points that go through all steps together: as many as the kernels have room for. */
const blockPoints = 1024;

/** The points of a block, one for a thread. */
const block = once(() => {
  const { arena, coordinateXs, coordinateYs } = kernels();
  return {
    x: arena.view(Float64Array, coordinateXs.value, blockPoints),
    y: arena.view(Float64Array, coordinateYs.value, blockPoints),
  };
});

/** Takes the first `count` points through all steps, in place: some at a time in the memory of the kernels. */
export function runSteps(steps: readonly Step[], xs: Float64Array, ys: Float64Array, count: number): void {
  const x = block().x();
  const y = block().y();
  for (let start = 0; start < count; start += blockPoints) {
    const points = Math.min(blockPoints, count - start);
    x.set(xs.subarray(start, start + points));
    y.set(ys.subarray(start, start + points));
    for (const step of steps) {
      if (typeof step === "function") step(x, y, points);
      else step.kernel(points);
    }
    xs.set(x.subarray(0, points), start);
    ys.set(y.subarray(0, points), start);
  }
}
