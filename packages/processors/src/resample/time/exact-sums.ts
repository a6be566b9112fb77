import { kernels } from "@quadrat/kernels";
import type { RasterData } from "@quadrat/core/base";

/** Sums that keep what rounding loses, so that thousands of bands cost no digits. */
export interface ExactSums {
  /** @returns whether there is a NaN, which is skipped */
  add(values: RasterData): boolean;
  /** The sum of a number of cells, with what was lost. */
  total(): Float64Array<ArrayBuffer>;
  /** Gives back the memory, which is that of the kernels. */
  release(): void;
}

/** The number of values that the kernel has room for. */
const chunk = 1 << 13;

export function exactSums(cells: number): ExactSums {
  const k = kernels();
  const padded = cells + (cells % 2);
  const block = k.arena.take(16 * padded);
  const sums = k.arena.view(Float64Array, block.at, cells);
  const lost = k.arena.view(Float64Array, block.at + 8 * padded, cells);
  const room = k.arena.view(Float64Array, k.exactValues.value, chunk);
  k.arena
    .view(Float64Array, block.at, 2 * padded)()
    .fill(0);
  return {
    add(values) {
      let found = 0;
      for (let done = 0; done < cells; done += chunk) {
        const count = Math.min(chunk, cells - done);
        const next = room();
        next.set(values.subarray(done, done + count));
        if (count % 2 === 1) next[count] = 0;
        const at = block.at + 8 * done;
        found |= k.addExactly(count, at, at + 8 * padded);
      }
      return found !== 0;
    },
    total() {
      const [own, rest] = [sums(), lost()];
      // Of an infinite sum nothing is lost that could be known.
      return Float64Array.from(own, (sum, i) => (Number.isFinite(sum) ? sum + rest[i]! : sum));
    },
    release: () => block.release(),
  };
}
