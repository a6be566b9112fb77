import {
  advance,
  compileFunction,
  doWhile,
  i32,
  local,
  once,
  v128,
  wasmMemory,
  type FunctionSource,
  type WasmMemory,
} from "@quadrat/core/wasm";
import { formula, type Formula, type Term } from "../wasm-formula.js";
import type { Kernel } from "../projections/projection.js";

/** What a kernel does, for two points at a time: the same operations in the same order. NaN leaves a point to the kernel. */
export type VectorCode = (f: Formula, inputs: readonly Term[]) => readonly [x: Term, y: Term];

/** Puts the inputs of points `[start, end)` where they belong, from 0 on. */
export type Prepare = (x: Float64Array, y: Float64Array, start: number, end: number, inputs: Inputs) => void;

/** Points that go through all steps together: as much as the fastest cache holds. */
export const block = 1024;
const numbersBytes = 4096;
const mostInputs = 4;

/** The inputs of a function, into which its results come too: the first two of them. */
export type Inputs = readonly Float64Array[];

interface Lane {
  readonly memory: WasmMemory;
  readonly numbers: Float64Array;
  readonly inputs: Inputs;
  /** Whose numbers are there. */
  owner: object | undefined;
}

/** One for a thread. */
const theLane = once((): Lane | undefined => {
  const memory = wasmMemory(numbersBytes + mostInputs * 8 * block);
  if (!memory) return undefined;
  const { buffer } = memory;
  const inputs = Array.from(
    { length: mostInputs },
    (_, k) => new Float64Array(buffer, numbersBytes + 8 * block * k, block),
  );
  return { memory, numbers: new Float64Array(buffer, 0, numbersBytes / 8), inputs, owner: undefined };
});

/** Fewer points than this in all are not worth a function. */
const worthwhile = 1 << 14;

/**
 * A kernel whose points are made in vectors, after some.
 * @param prepare where the inputs are others than x and y
 */
export function inVectors(kernel: Kernel, code: VectorCode, prepare?: Prepare): Kernel {
  let seen = 0;
  const madeHere = once(() => make(code, prepare ? mostInputs : 2));
  return (x, y, start, end) => {
    seen += end - start;
    if (seen < worthwhile || end - start > block) return kernel(x, y, start, end);
    const made = madeHere();
    const own = theLane();
    if (!made || !own) return kernel(x, y, start, end);
    if (own.owner !== made) {
      own.numbers.set(made.numbers);
      own.owner = made;
    }
    const [outX, outY] = own.inputs as [Float64Array, Float64Array];
    const count = end - start;
    if (prepare) {
      prepare(x, y, start, end, own.inputs);
    } else {
      outX.set(x.subarray(start, end));
      outY.set(y.subarray(start, end));
    }
    made.run(numbersBytes, numbersBytes + 8 * count);
    let from = -1;
    for (let i = 0; i < count; i++) {
      const missing = outX[i] !== outX[i] || outY[i] !== outY[i];
      if (!missing) {
        if (from >= 0) kernel(x, y, start + from, start + i);
        from = -1;
        x[start + i] = outX[i]!;
        y[start + i] = outY[i]!;
      } else if (from < 0) {
        from = i;
      }
    }
    if (from >= 0) kernel(x, y, start + from, end);
  };
}

interface Made {
  readonly numbers: readonly number[];
  readonly run: (from: number, end: number) => void;
}

/** `(at, end)`: the points whose first input lies there. */
function make(code: VectorCode, inputs: number): Made | undefined {
  const own = theLane();
  const source = own && vectorFunction(code, inputs);
  if (!source || source.numbers.length > own.numbers.length) return undefined;
  const run = compileFunction(source.function)?.(own.memory);
  return run && { numbers: source.numbers, run };
}

/** The function of two points at a time, and its constants. */
function vectorFunction(code: VectorCode, inputs: number) {
  const [at, end] = [0, 1];
  const f = formula(2);
  const loaded = Array.from({ length: inputs }, (_, k) => f.keep(v128.load(8 * block * k, local.get(at))));
  const [x, y] = code(f, loaded);
  const source: FunctionSource = {
    parameters: 2,
    variables: { i32: 2, v128: f.vectors },

    body: doWhile(
      f.code,
      v128.store(0, local.get(at), x),
      v128.store(8 * block, local.get(at), y),
      advance(at, 16),
      i32.ltU(local.get(at), local.get(end)),
    ),
  };
  return { function: source, numbers: f.numbers };
}
