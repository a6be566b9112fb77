import { op, type Code } from "./wasm-module.js";

/** A value that is computed for two points at a time: instructions that leave a vector of two float64. */
export type Term = Code;

/** Collects what a function of vectors computes, term by term. */
export interface Formula {
  /** What its tables hold, which lie where the memory begins. */
  readonly numbers: readonly number[];
  /** The instructions up to here, and the variables that they use. */
  readonly code: readonly number[];
  readonly vectors: number;
  /** A constant; to load it from memory takes longer. */
  readonly number: (value: number) => Term;
  /** Numbers one after the other; where they are, in bytes. */
  readonly table: (values: readonly number[]) => number;
  /** Computes a term here and now, to be used as often as need be. */
  readonly keep: (term: Term) => Term;
  /** Two variables for addresses. */
  readonly one: number;
  readonly other: number;
  /** Appends instructions. */
  readonly run: (code: Code) => void;
}

/** @param one the first of two variables for addresses; those for vectors follow them */
export function formula(one: number): Formula {
  const numbers: number[] = [];
  const code: number[] = [];
  const firstVector = one + 2;
  let vectors = 0;
  return {
    numbers,
    code,
    one,
    other: one + 1,
    get vectors() {
      return vectors;
    },
    number: (value) => op.float64s(value),
    table(values) {
      const first = numbers.length;
      numbers.push(...values);
      return 8 * first;
    },
    keep(term) {
      const local = firstVector + vectors++;
      code.push(...term, ...op.set(local));
      return op.get(local);
    },
    run(more) {
      code.push(...more);
    },
  };
}

const binary =
  (operation: Code) =>
  (a: Term, b: Term): Term => [...a, ...b, ...operation];

export const plus = binary(op.add64);
export const minus = binary(op.subtract64);
export const times = binary(op.multiply64);
export const over = binary(op.divide64);
export const root = (a: Term): Term => [...a, ...op.root64];
export const size = (a: Term): Term => [...a, ...op.abs64];
export const negative = (a: Term): Term => [...a, ...op.negate64];
/** Whether, as a mask. */
export const isLess = binary(op.less64);
export const isAtMost = binary(op.atMost64);
export const both = binary(op.and);
export const where = (mask: Term, yes: Term, no: Term): Term => [...yes, ...no, ...mask, ...op.select];
