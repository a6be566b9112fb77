import { describe, expect, it } from "vitest";
import {
  block,
  br,
  brIf,
  call,
  compileFunction,
  compileFunctions,
  f32,
  f64,
  f64x2,
  i32,
  i64,
  local,
  loop,
  select,
  v128,
  variable,
  wasmMemory,
  when,
  type Code,
} from "../../src/wasm/index.js";

const memory = wasmMemory(1)!;

function evaluate(body: Code, ...parameters: number[]): number | undefined {
  return compileFunction({ parameters: parameters.length, result: "i32", variables: {}, body })!(memory)(
    ...parameters,
  );
}

describe("functions of WebAssembly", () => {
  it("have constants of any size", () => {
    for (const value of [0, 1, -1, 63, 64, -64, -65, 127, 128, 300, 2 ** 31 - 1, -(2 ** 31)])
      expect(evaluate(i32.const(value))).toBe(value);
  });

  it("take operands that are given and those on the stack", () => {
    const [a, b] = [local.get(0), local.get(1)];
    expect(evaluate(i32.sub(a, b), 7, 5)).toBe(2);
    expect(evaluate([...a, ...i32.sub(b)], 7, 5)).toBe(2);
    expect(evaluate([...a, ...b, ...i32.sub()], 7, 5)).toBe(2);
  });

  it("have variables of every type, numbered after the parameters", () => {
    const [integer, long, single, double, pair] = [1, 2, 3, 4, 5];
    const number = compileFunction({
      parameters: 1,
      result: "f64",
      variables: { v128: 1, f64: 1, f32: 1, i64: 1, i32: 1 },
      body: [
        ...local.set(integer, i32.add(local.get(0), 1)),
        ...local.set(long, i64.extendI32U(local.get(integer))),
        ...local.set(single, f32.demoteF64(f64.const(0.1))),
        ...local.set(pair, f64x2.const(2)),
        ...v128.store64Lane(8, 1, 0, local.get(pair)),
        ...local.set(double, f64.add(f64.load(8, 0), f64.promoteF32(local.get(single)))),
        ...f64.add(local.get(double), f64.convertI32S(i32.wrapI64(local.get(long)))),
      ],
    });
    expect(number!(memory)(40)).toBe(41 + (2 + Math.fround(0.1)));
  });

  it("repeat, branch and choose", () => {
    const [count, sum] = [variable(0), variable(1)];
    const body = [
      ...block(
        loop(
          brIf(1, i32.eqz(count.get)),
          when(i32.and(count.get, 1), [sum.advance(count.get)], [sum.advance(100)]),
          count.advance(-1),
          br(0),
        ),
      ),
      ...select(sum.get, 0, i32.gtS(sum.get, 6)),
    ];
    const run = compileFunction({ parameters: 1, result: "i32", variables: { i32: 1 }, body })!(memory);
    expect([run(4), run(1)]).toEqual([204, 0]);
  });

  it("share memory, and call functions of JavaScript", () => {
    const calls: number[][] = [];
    const make = compileFunctions(
      {
        write: { parameters: 2, variables: {}, body: i32.store(16, local.get(0), call(1, local.get(1), 2)) },
        read: { parameters: 1, result: "i32", variables: {}, body: i32.load(16, local.get(0)) },
      },
      {
        unused: { parameters: 0, call: () => 0 },
        times: {
          ...{ parameters: 2, result: "i32" },
          call: (a: number, b: number) => {
            calls.push([a, b]);
            return a * b;
          },
        },
      },
    )!;
    const { write, read } = make(memory);
    expect(write(4, 21)).toBeUndefined();
    expect(calls).toEqual([[21, 2]]);
    expect(read(4)).toBe(42);
    expect(new Int32Array(memory.buffer)[5]).toBe(42);
  });

  it("are undefined where the machine lacks an instruction", () => {
    expect(compileFunction({ parameters: 0, variables: {}, body: [0xff] })).toBeUndefined();
  });
});
