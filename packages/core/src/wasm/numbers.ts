import { signed, valueOf, type Code, type Operand } from "./code.js";
import { binary, load, store, unary } from "./operations.js";

// By their names in the text format; what is not needed yet is not there.

export const i32 = {
  const: (value: number): Code => valueOf(value),
  load: load(0x28),
  load8U: load(0x2d),
  store: store<Operand>(0x36),
  store8: store<Operand>(0x3a),
  store16: store<Operand>(0x3b),
  eqz: unary<Operand>(0x45),
  eq: binary<Operand>(0x46),
  ne: binary<Operand>(0x47),
  ltS: binary<Operand>(0x48),
  ltU: binary<Operand>(0x49),
  gtS: binary<Operand>(0x4a),
  leS: binary<Operand>(0x4c),
  geS: binary<Operand>(0x4e),
  clz: unary<Operand>(0x67),
  ctz: unary<Operand>(0x68),
  popcnt: unary<Operand>(0x69),
  add: binary<Operand>(0x6a),
  sub: binary<Operand>(0x6b),
  mul: binary<Operand>(0x6c),
  divU: binary<Operand>(0x6e),
  and: binary<Operand>(0x71),
  or: binary<Operand>(0x72),
  xor: binary<Operand>(0x73),
  shl: binary<Operand>(0x74),
  shrU: binary<Operand>(0x76),
  wrapI64: unary(0xa7),
  truncF64S: unary(0xaa),
  reinterpretF32: unary(0xbc),
} as const;

export const i64 = {
  const: (value: bigint): Code => [0x42, ...signed(value)],
  load: load(0x29),
  store: store(0x37),
  eq: binary(0x51),
  add: binary(0x7c),
  and: binary(0x83),
  or: binary(0x84),
  shl: binary(0x86),
  shrU: binary(0x88),
  extendI32U: unary<Operand>(0xad),
  reinterpretF64: unary(0xbd),
} as const;

export const f32 = {
  demoteF64: unary(0xb6),
} as const;

export const f64 = {
  const: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  load: load(0x2b),
  store: store(0x39),
  eq: binary(0x61),
  lt: binary(0x63),
  le: binary(0x65),
  ge: binary(0x66),
  abs: unary(0x99),
  /** To the nearest whole number. */
  nearest: unary(0x9e),
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
  convertI32S: unary<Operand>(0xb7),
  promoteF32: unary(0xbb),
  reinterpretI64: unary(0xbf),
} as const;
