import { unsigned, valueOf, type Code, type Operand } from "./code.js";

export const block = (...body: Code[]): Code => [0x02, 0x40, ...body.flat(), 0x0b];

export const loop = (...body: Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0b];

/** Leaves so many blocks, or begins a loop anew. */
export const br = (depth: number): Code => [0x0c, ...unsigned(depth)];

export const brIf = (depth: number, condition?: Operand): Code => [
  ...[...valueOf(condition), 0x0d],
  ...unsigned(depth),
];

/** Repeats the body while it leaves something other than 0. */
export const doWhile = (...body: Code[]): Code => loop(...body, brIf(0));

/** `if` of the text format. */
export const when = (condition: Code, yes: Code[], no: Code[] = []): Code => [
  ...[...condition, 0x04, 0x40, ...yes.flat()],
  ...(no.length > 0 ? [0x05, ...no.flat()] : []),
  0x0b,
];

/** Both values are computed. */
export const select = (yes?: Operand, no?: Operand, condition?: Operand): Code => [
  ...[...valueOf(yes), ...valueOf(no), ...valueOf(condition)],
  0x1b,
];

/** Imported functions have the first numbers. */
export const call = (index: number, ...operands: Operand[]): Code => [
  ...[...operands.flatMap(valueOf), 0x10],
  ...unsigned(index),
];
