import { valueOf, type Code, type Operand } from "./code.js";
import { binary, load, memoryLane, store, unary } from "./operations.js";

// By their names in the text format, but that `const` of a shape is `v128.const` with the same number in all lanes.

const constant = (bytes: ArrayLike<number>): Code => [0xfd, 0x0c, ...Array.from(bytes)];

export const v128 = {
  load: load(0xfd, 0x00),
  load32Splat: load(0xfd, 0x09),
  load64Splat: load(0xfd, 0x0a),
  /** Into the first lane; the others become 0. */
  load32Zero: load(0xfd, 0x5c),
  load64Zero: load(0xfd, 0x5d),
  load32Lane: memoryLane(0xfd, 0x56),
  load64Lane: memoryLane(0xfd, 0x57),
  store: store(0xfd, 0x0b),
  store64Lane: memoryLane(0xfd, 0x5b),
  and: binary(0xfd, 0x4e),
  /** The bits of the first that the second does not have. */
  andnot: binary(0xfd, 0x4f),
  or: binary(0xfd, 0x50),
  xor: binary(0xfd, 0x51),
  /** The bits of `yes` where the mask's are 1, of `no` where they are 0. */
  bitselect: (yes?: Code, no?: Code, mask?: Code): Code => [
    ...[...valueOf(yes), ...valueOf(no), ...valueOf(mask)],
    ...[0xfd, 0x52],
  ],
} as const;

export const i8x16 = {
  const: (value: number): Code => constant(Array<number>(16).fill(value)),
  /** The bytes at these places: 0 to 15 are those of `a`, 16 to 31 of `b`. */
  shuffle: (places: readonly number[], a?: Code, b?: Code): Code => [
    ...[...valueOf(a), ...valueOf(b)],
    ...[0xfd, 0x0d, ...places],
  ],
  /** The bytes of the first at the places that those of the second tell. */
  swizzle: binary(0xfd, 0x0e),
  eq: binary(0xfd, 0x23),
  ne: binary(0xfd, 0x24),
  ltU: binary(0xfd, 0x26),
  /** The highest bit of each byte. */
  bitmask: unary(0xfd, 0x64),
  add: binary(0xfd, 0x6e),
} as const;

export const i32x4 = {
  const: (value: number): Code => constant(new Uint8Array(Int32Array.of(value, value, value, value).buffer)),
  splat: unary<Operand>(0xfd, 0x11),
  extractLane: (lane: number, vector?: Code): Code => [...valueOf(vector), 0xfd, 0x1b, lane],
  leS: binary(0xfd, 0x3d),
  geS: binary(0xfd, 0x3f),
  /** The sign of each lane, as a bit. */
  bitmask: unary(0xfd, 0xa4, 0x01),
  add: binary(0xfd, 0xae, 0x01),
  sub: binary(0xfd, 0xb1, 0x01),
  mul: binary(0xfd, 0xb5, 0x01),
  minS: binary(0xfd, 0xb6, 0x01),
  maxS: binary(0xfd, 0xb8, 0x01),
  /** Two float64, cut off to whole numbers, and two zeros. */
  truncSatF64x2SZero: unary(0xfd, 0xfc, 0x01),
} as const;

export const i64x2 = {
  splat: unary(0xfd, 0x12),
  replaceLane: (lane: number, vector?: Code, value?: Code): Code => [
    ...[...valueOf(vector), ...valueOf(value)],
    ...[0xfd, 0x1e, lane],
  ],
  /** 1 when both lanes are other than 0. */
  allTrue: unary(0xfd, 0xc3, 0x01),
} as const;

export const f32x4 = {
  eq: binary(0xfd, 0x41),
  /** The second where it is less than the first, else the first: a NaN that comes second never replaces a number. */
  pmin: binary(0xfd, 0xea, 0x01),
  /** The second where it is greater. */
  pmax: binary(0xfd, 0xeb, 0x01),
} as const;

export const f64x2 = {
  const: (value: number): Code => constant(new Uint8Array(Float64Array.of(value, value).buffer)),
  eq: binary(0xfd, 0x47),
  lt: binary(0xfd, 0x49),
  gt: binary(0xfd, 0x4a),
  le: binary(0xfd, 0x4b),
  ge: binary(0xfd, 0x4c),
  promoteLowF32x4: unary(0xfd, 0x5f),
  ceil: unary(0xfd, 0x74),
  floor: unary(0xfd, 0x75),
  /** To the nearest whole number. */
  nearest: unary(0xfd, 0x94, 0x01),
  abs: unary(0xfd, 0xec, 0x01),
  neg: unary(0xfd, 0xed, 0x01),
  sqrt: unary(0xfd, 0xef, 0x01),
  add: binary(0xfd, 0xf0, 0x01),
  sub: binary(0xfd, 0xf1, 0x01),
  mul: binary(0xfd, 0xf2, 0x01),
  div: binary(0xfd, 0xf3, 0x01),
  /** As those of f32x4. */
  pmin: binary(0xfd, 0xf6, 0x01),
  pmax: binary(0xfd, 0xf7, 0x01),
} as const;
