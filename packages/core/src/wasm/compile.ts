import { encodeModule, type FunctionSource, type ImportSource } from "./module.js";

/** Memory that functions share with JavaScript. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export type WasmFunction = (...parameters: number[]) => number | undefined;

interface Wasm {
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

const wasm = (globalThis as unknown as { readonly WebAssembly?: Wasm }).WebAssembly;

const pageBytes = 2 ** 16;

/** Undefined where there is none to be had: much more address space is set aside for it than it has bytes. */
export function wasmMemory(bytes: number): WasmMemory | undefined {
  try {
    return wasm && new wasm.Memory({ initial: Math.ceil(bytes / pageBytes) });
  } catch {
    return undefined;
  }
}

/** What functions may call, by its names. */
export type WasmImports = Readonly<
  Record<string, ImportSource & { readonly call: (...parameters: number[]) => number }>
>;

/** Functions, to be had for any memory; undefined where this machine's WebAssembly lacks one of their instructions. */
export function compileFunctions<Names extends string>(
  sources: Readonly<Record<Names, FunctionSource>>,
  imports: WasmImports = {},
): ((memory: WasmMemory) => Readonly<Record<Names, WasmFunction>>) | undefined {
  const bytes = encodeModule(sources, imports);
  if (!wasm?.validate(bytes)) return undefined;
  const { Module, Instance } = wasm;
  const module = new Module(bytes);
  const calls = Object.fromEntries(Object.entries(imports).map(([name, { call }]) => [name, call]));
  return (memory) =>
    new Instance(module, { m: { m: memory }, f: calls }).exports as Record<Names, WasmFunction>;
}

/** Functions with a memory of their own; undefined where it, or one of their instructions, is not to be had. */
export function instantiate<Names extends string>(
  sources: Readonly<Record<Names, FunctionSource>>,
  bytes: number,
  imports?: WasmImports,
): (Readonly<Record<Names, WasmFunction>> & { readonly memory: WasmMemory }) | undefined {
  const make = compileFunctions(sources, imports);
  const memory = make && wasmMemory(bytes);
  return memory && { ...make(memory), memory };
}

/** {@link compileFunctions}, of one. */
export function compileFunction(source: FunctionSource): ((memory: WasmMemory) => WasmFunction) | undefined {
  const make = compileFunctions({ run: source });
  return make && ((memory) => make(memory).run);
}
