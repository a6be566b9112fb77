import { unsigned, type Code } from "./code.js";

/** A function of WebAssembly. */
export interface FunctionSource {
  /** Parameters, all of them i32; the function gives nothing back. */
  readonly parameters: number;
  /** Further variables: i32 first, then i64, float64, v128. */
  readonly integers: number;
  readonly longs?: number;
  readonly doubles?: number;
  readonly vectors?: number;
  readonly body: Code;
}

const i32 = 0x7f;
const i64 = 0x7e;
const f64 = 0x7c;
const v128 = 0x7b;

/** The function that others may call: so many i32 to an i32. */
export interface Callback {
  readonly parameters: number;
  readonly call: (...parameters: number[]) => number;
}

/** A module that imports the memory `m.m` and the function `m.f`, and exports the functions by their names. */
function wasmModule(
  functions: Readonly<Record<string, FunctionSource>>,
  callback: Callback,
): Uint8Array<ArrayBuffer> {
  const sources = Object.values(functions);
  const i32s = (count: number): Code => [...unsigned(count), ...Array<number>(count).fill(i32)];
  const types = [
    [0x60, ...i32s(callback.parameters), 1, i32],
    ...sources.map(({ parameters }) => [0x60, ...i32s(parameters), 0]),
  ];
  const exported = Object.keys(functions).map((name, index) => [
    ...[name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))],
    ...[0, index + 1],
  ]);
  const codes = sources.map(({ integers, longs = 0, doubles = 0, vectors = 0, body }) => {
    const variables = [
      [...unsigned(integers), i32],
      [...unsigned(longs), i64],
      [...unsigned(doubles), f64],
      [...unsigned(vectors), v128],
    ];
    const code = [...vector(variables), ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, [2, 1, 0x6d, 1, 0x66, 0, 0, 1, 0x6d, 1, 0x6d, 2, 0, 1]),
    ...section(3, vector(sources.map((_, index) => [index + 1]))),
    ...section(7, vector(exported)),
    ...section(10, vector(codes)),
  ]);
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, content: Code): number[] {
  return [id, ...unsigned(content.length), ...content];
}

type WasmFunction = (...parameters: number[]) => void;

interface Wasm {
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

const pageBytes = 2 ** 16;

/** Functions of WebAssembly with the memory that they share with JavaScript. */
export interface WasmFunctions<Names extends string> {
  readonly buffer: ArrayBuffer;
  readonly functions: Readonly<Record<Names, WasmFunction>>;
}

/**
 * Undefined where this machine's WebAssembly lacks one of the instructions, or there is no memory to be had: much more
 * address space is set aside for it than it has bytes.
 */
export function wasmFunctions<Names extends string>(
  functions: Readonly<Record<Names, FunctionSource>>,
  bytes: number,
  callback: Callback = { parameters: 0, call: () => 0 },
): WasmFunctions<Names> | undefined {
  const wasm = (globalThis as unknown as { readonly WebAssembly?: Wasm }).WebAssembly;
  const code = wasmModule(functions, callback);
  if (!wasm?.validate(code)) return undefined;
  try {
    const memory = new wasm.Memory({ initial: Math.ceil(bytes / pageBytes) });
    const { exports } = new wasm.Instance(new wasm.Module(code), { m: { m: memory, f: callback.call } });
    return { buffer: memory.buffer, functions: exports as Record<Names, WasmFunction> };
  } catch {
    return undefined;
  }
}
