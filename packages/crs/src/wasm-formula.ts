import { f64x2, local, v128, type Code } from "@quadrat/core/wasm";

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
    number: f64x2.const,
    table(values) {
      const first = numbers.length;
      numbers.push(...values);
      return 8 * first;
    },
    keep(term) {
      const variable = firstVector + vectors++;
      code.push(...local.set(variable, term));
      return local.get(variable);
    },
    run(more) {
      code.push(...more);
    },
  };
}

type Binary = (a: Term, b: Term) => Term;
type Unary = (a: Term) => Term;

export const plus: Binary = f64x2.add;
export const minus: Binary = f64x2.sub;
export const times: Binary = f64x2.mul;
export const over: Binary = f64x2.div;
export const root: Unary = f64x2.sqrt;
export const size: Unary = f64x2.abs;
export const negative: Unary = f64x2.neg;
/** Whether, as a mask. */
export const isLess: Binary = f64x2.lt;
export const isAtMost: Binary = f64x2.le;
export const both: Binary = v128.and;
export const where = (mask: Term, yes: Term, no: Term): Term => v128.bitselect(yes, no, mask);
