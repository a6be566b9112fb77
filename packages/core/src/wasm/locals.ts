import { unsigned, valueOf, type Code, type Operand } from "./code.js";
import { i32 } from "./numbers.js";

/** The variables of a function by their numbers, parameters first. */
export const local = {
  get: (index: number): Code => [0x20, ...unsigned(index)],
  set: (index: number, stored?: Operand): Code => [...valueOf(stored), 0x21, ...unsigned(index)],
  /** Sets it and leaves the value. */
  tee: (index: number, stored?: Operand): Code => [...valueOf(stored), 0x22, ...unsigned(index)],
} as const;

/** `variable = variable + more`, of i32. */
export const advance = (index: number, more: Operand): Code =>
  local.set(index, i32.add(local.get(index), more));

/** A variable of a function. */
export interface Variable {
  readonly get: Code;
  set(stored: Operand): Code;
  /** {@link advance} */
  advance(more: Operand): Code;
}

export function variable(index: number): Variable {
  return {
    get: local.get(index),
    set: (stored) => local.set(index, stored),
    advance: (more) => advance(index, more),
  };
}
