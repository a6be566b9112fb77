/** Sums of cells over many bands that keep what rounding loses, by Knuth's exact sum of two numbers. */

/** Values that are added at once, a multiple of 2. */
const CHUNK: i32 = 1 << 13;

export const values: usize = memory.data(8 * CHUNK, 64);

/** Adds `count` values to the float64 at `sums` and what is lost to those at `lost`; NaN is skipped. Returns 1 if there is any. */
export function add(count: i32, sums: usize, lost: usize): i32 {
  let all = i64x2.splat(-1);
  const end: usize = 8 * <usize>count;
  for (let i: usize = 0; i < end; i += 16) {
    const value = v128.load(values + i);
    const valid = f64x2.eq(value, value);
    all = v128.and(all, valid);
    const before = v128.load(sums + i);
    const rest = v128.load(lost + i);
    const sum = f64x2.add(before, value);
    const part = f64x2.sub(sum, before);
    const less = f64x2.add(f64x2.sub(before, f64x2.sub(sum, part)), f64x2.sub(value, part));
    v128.store(sums + i, v128.bitselect(sum, before, valid));
    v128.store(lost + i, v128.bitselect(f64x2.add(rest, less), rest, valid));
  }
  return i32(!i64x2.all_true(all));
}
