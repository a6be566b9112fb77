import { once } from "@quadrat/core/base";
import { kernels } from "@quadrat/kernels";

/** The number of terms of a series that a kernel has room for. */
const mostTerms = 16;

/**
 * Puts the coefficients of a series where a kernel takes them from, and returns how many there are. All transforms of a thread share
 * that place: call it before each run of the kernel.
 */
export function kernelSeries(
  name: "authalicSeries" | "conformalSeries" | "planeSeries",
): (coefficients: Float64Array) => number {
  const place = once(() => kernels().arena.view(Float64Array, kernels()[name].value, mostTerms));
  return (coefficients) => {
    place()().set(coefficients);
    return coefficients.length;
  };
}
