/** Instructions, in bytes (WebAssembly Core Specification 2.0, chapter 5). */
export type Code = readonly number[];

/** LEB128. */
export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: bigint): number[] {
  const rest = value >> 7n;
  const low = Number(value & 0x7fn);
  const done = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
  return done ? [low] : [low | 0x80, ...signed(rest)];
}

/** A variable's value, or a constant. */
export type Operand = Code | number;

function float64(constant: number): Code {
  return [0x44, ...new Uint8Array(Float64Array.of(constant).buffer)];
}

const value = (operand: Operand): Code =>
  typeof operand === "number" ? [0x41, ...signed(BigInt(operand))] : operand;

const binary =
  (...opcode: number[]) =>
  (a: Operand, b: Operand): Code => [...value(a), ...value(b), ...opcode];

const unary =
  (...opcode: number[]) =>
  (a: Operand): Code => [...value(a), ...opcode];

const load =
  (...opcode: number[]) =>
  (address: Operand, offset = 0): Code => [...value(address), ...opcode, 0, ...unsigned(offset)];

const store =
  (opcode: number) =>
  (address: Operand, stored: Operand, offset = 0): Code => [
    ...value(address),
    ...value(stored),
    opcode,
    0,
    ...unsigned(offset),
  ];

/** The instructions that are needed here, as expressions; numbers are i32 unless the name says otherwise. */
export const op = {
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shiftLeft: binary(0x74),
  shiftRight: binary(0x76),
  isZero: unary(0x45),
  equal: binary(0x46),
  notEqual: binary(0x47),
  less: binary(0x48),
  lessUnsigned: binary(0x49),
  greater: binary(0x4a),
  atMost: binary(0x4c),
  atLeast: binary(0x4e),
  leadingZeros: unary(0x67),
  trailingZeros: unary(0x68),
  load: load(0x28),
  loadByte: load(0x2d),
  store: store(0x36),
  storeByte: store(0x3a),
  divUnsigned: binary(0x6e),
  /** `condition ? yes : no`, both of them evaluated. */
  choose: (condition: Code, yes: Operand, no: Operand): Code => [
    ...value(yes),
    ...value(no),
    ...condition,
    0x1b,
  ],

  constant64: (constant: bigint): Code => [0x42, ...signed(constant)],
  load64: load(0x29),
  store64: store(0x37),
  and64: binary(0x83),
  or64: binary(0x84),
  shiftLeft64: binary(0x86),
  shiftRight64: binary(0x88),
  equal64: binary(0x51),
  extend: unary(0xad),
  wrap: unary(0xa7),

  float64,
  loadFloat64: load(0x2b),
  storeFloat64: store(0x39),
  equalFloat64: binary(0x61),
  lessFloat64: binary(0x63),
  atMostFloat64: binary(0x65),
  atLeastFloat64: binary(0x66),
  absolute: unary(0x99),
  /** To the nearest whole number. */
  nearest: unary(0x9e),
  /** The next greater float64 of a positive one for 1, itself for 0. */
  next: (a: Code, steps: Code): Code => [...a, 0xbd, ...steps, 0xad, 0x7c, 0xbf],
  addFloat64: binary(0xa0),
  subFloat64: binary(0xa1),
  mulFloat64: binary(0xa2),
  divFloat64: binary(0xa3),
  /** To the nearest float32. */
  round32: unary(0xb6, 0xbb),
  bitsOfFloat32: unary(0xb6, 0xbc),
  truncate: unary(0xaa),
  toFloat64: unary(0xb7),

  load128: load(0xfd, 0x00),
  store128: (address: Operand, stored: Code): Code => [...value(address), ...stored, 0xfd, 0x0b, 0, 0],
  /** A vector of two i64. */
  pair: (low: Code, high: Code): Code => [...low, 0xfd, 0x12, ...high, 0xfd, 0x1e, 1],
  /** The bytes of `a` at the places that those of `b` tell. */
  swizzle: binary(0xfd, 0x0e),
  bytes: (byte: number): Code => [0xfd, 0x0c, ...Array<number>(16).fill(byte)],
  equalBytes: binary(0xfd, 0x23),
  unequalBytes: binary(0xfd, 0x24),
  lessBytes: binary(0xfd, 0x26),
  and128: binary(0xfd, 0x4e),
  /** The highest bit of each byte. */
  bitmask: unary(0xfd, 0x64),

  block: (...body: Code[]): Code => [0x02, 0x40, ...body.flat(), 0x0b],
  loop: (...body: Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0b],
  when: (condition: Code, yes: Code[], no: Code[] = []): Code => [
    ...[...condition, 0x04, 0x40, ...yes.flat()],
    ...(no.length > 0 ? [0x05, ...no.flat()] : []),
    0x0b,
  ],
  /** Calls the function that is imported. */
  call: (...operands: Operand[]): Code => [...operands.flatMap(value), 0x10, 0],
  /** Leaves so many blocks, or begins a loop anew. */
  leave: (depth: number): Code => [0x0c, depth],
  leaveIf: (condition: Code, depth: number): Code => [...condition, 0x0d, depth],
} as const;

/** A variable of a function. */
export interface Local {
  readonly get: Code;
  set(stored: Operand): Code;
  /** `variable = variable + more` */
  advance(more: Operand): Code;
}

export function local(index: number): Local {
  const get = [0x20, index];
  const set = (stored: Operand): Code => [...value(stored), 0x21, index];
  return { get, set, advance: (more) => set(op.add(get, more)) };
}
