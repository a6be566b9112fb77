/** Instructions, in bytes (WebAssembly Core Specification 2.0, chapter 5). */
export type Code = readonly number[];

/** Instructions that leave a value, or a constant of i32. */
export type Operand = Code | number;

/** LEB128. */
export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128. */
export function signed(value: bigint): number[] {
  const rest = value >> 7n;
  const low = Number(value & 0x7fn);
  const done = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
  return done ? [low] : [low | 0x80, ...signed(rest)];
}

/** Nothing for an operand that is on the stack already. */
export function valueOf(operand: Operand | undefined): Code {
  return typeof operand === "number" ? [0x41, ...signed(BigInt(operand))] : (operand ?? []);
}
