import { unsigned, valueOf, type Code, type Operand } from "./code.js";

// Makers of instructions, as in the folded text format: first what is part of the instruction, then its operands. Those
// that are left out are on the stack already, below the ones that are given.

export const unary =
  <O extends Operand = Code>(...opcode: number[]) =>
  (a?: O): Code => [...valueOf(a), ...opcode];

export const binary =
  <O extends Operand = Code>(...opcode: number[]) =>
  (a?: O, b?: O): Code => [...valueOf(a), ...valueOf(b), ...opcode];

/** No alignment is promised. */
export const load =
  (...opcode: number[]) =>
  (offset = 0, address?: Operand): Code => [...valueOf(address), ...opcode, 0, ...unsigned(offset)];

export const store =
  <O extends Operand = Code>(...opcode: number[]) =>
  (offset = 0, address?: Operand, stored?: O): Code => [
    ...[...valueOf(address), ...valueOf(stored)],
    ...[...opcode, 0, ...unsigned(offset)],
  ];

/** Between memory and one lane of a vector. */
export const memoryLane =
  (...opcode: number[]) =>
  (offset: number, lane: number, address?: Operand, vector?: Code): Code => [
    ...[...valueOf(address), ...valueOf(vector)],
    ...[...opcode, 0, ...unsigned(offset), lane],
  ];
