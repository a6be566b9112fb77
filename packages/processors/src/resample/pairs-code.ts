import { f64x2, v128, type Code } from "@quadrat/core/wasm";

/** The pixels of so many bytes, float32 or float64, at two addresses and offsets, as float64. */
export function loadTwo(
  bytes: 4 | 8,
  [one, offset]: readonly [Code, number],
  [other, otherOffset]: readonly [Code, number],
): Code {
  return bytes === 4
    ? f64x2.promoteLowF32x4(v128.load32Lane(otherOffset, 1, other, v128.load32Zero(offset, one)))
    : v128.load64Lane(otherOffset, 1, other, v128.load64Zero(offset, one));
}

/** The sum of so many terms, in their order. */
export function addAll(count: number, term: (k: number) => Code): Code {
  return Array.from({ length: count - 1 }).reduce<Code>(
    (before, _, k) => f64x2.add(before, term(k + 1)),
    term(0),
  );
}
