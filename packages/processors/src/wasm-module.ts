/** Instructions, in bytes. */
export type Code = readonly number[];

/** A function of WebAssembly. */
export interface FunctionSource {
  /** Parameters, all of them i32; the function gives nothing back. */
  readonly parameters: number;
  /** Further variables: i32 first, then v128. */
  readonly integers: number;
  readonly vectors: number;
  readonly body: Code;
}

const i32 = 0x7f;
const v128 = 0x7b;

/** A module that imports the memory `m.m` and exports the function as `f` (WebAssembly Core Specification 2.0, chapter 5). */
function wasmModule({ parameters, integers, vectors, body }: FunctionSource): Uint8Array<ArrayBuffer> {
  const code = [2, ...unsigned(integers), i32, ...unsigned(vectors), v128, ...body, 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...unsigned(parameters), ...Array<number>(parameters).fill(i32), 0]),
    ...section(2, [1, 1, 0x6d, 1, 0x6d, 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

function section(id: number, content: Code): number[] {
  return [id, ...unsigned(content.length), ...content];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const rest = value >> 7;
  const done = (rest === 0 && (value & 0x40) === 0) || (rest === -1 && (value & 0x40) !== 0);
  return done ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(rest)];
}

/** Memory that functions share with JavaScript. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

type WasmFunction = (...parameters: number[]) => void;

interface Wasm {
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
  readonly Memory: new (size: { readonly initial: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, WasmFunction>> };
}

const wasm = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;

const pageBytes = 2 ** 16;

/** Undefined where there is none to be had: much more address space is set aside for it than it has bytes. */
export function wasmMemory(bytes: number): WasmMemory | undefined {
  try {
    return new wasm.Memory({ initial: Math.ceil(bytes / pageBytes) });
  } catch {
    return undefined;
  }
}

/** The function, to be had for any memory; undefined where this machine's WebAssembly lacks one of its instructions. */
export function compileFunction(source: FunctionSource): ((memory: WasmMemory) => WasmFunction) | undefined {
  const bytes = wasmModule(source);
  if (!wasm.validate(bytes)) return undefined;
  const module = new wasm.Module(bytes);
  return (memory) => new wasm.Instance(module, { m: { m: memory } }).exports["f"]!;
}

/** The instructions that are needed here, by their names in the text format. */
export const op = {
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number): Code => [0x21, ...unsigned(local)],
  tee: (local: number): Code => [0x22, ...unsigned(local)],
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: [0x6a] as Code,
  or: [0x72] as Code,
  shiftLeft: [0x74] as Code,
  lessUnsigned: [0x49] as Code,
  /** The number of bits that are set. */
  onesOf: [0x69] as Code,
  store16: [0x3b, 0, 0] as Code,
  subtract: [0x6b] as Code,
  loadInteger: (offset: number): Code => [0x28, 2, ...unsigned(offset)],
  storeInteger: (offset: number): Code => [0x36, 2, ...unsigned(offset)],
  /** Repeats the body while it leaves something other than 0. */
  loop: (body: Code): Code => [0x03, 0x40, ...body, 0x0d, 0, 0x0b],
  load: [0xfd, 0x00, 0, 0] as Code,
  loadAt: (offset: number): Code => [0xfd, 0x00, 0, ...unsigned(offset)],
  /** A number of so many bytes into the first lane, the others 0. */
  loadFirst: (bytes: 4 | 8, offset: number): Code => [
    0xfd,
    bytes === 4 ? 0x5c : 0x5d,
    0,
    ...unsigned(offset),
  ],
  /** A number of so many bytes into the second lane. */
  loadSecond: (bytes: 4 | 8, offset: number): Code => [
    ...[0xfd, bytes === 4 ? 0x56 : 0x57, 0],
    ...[...unsigned(offset), 1],
  ],
  /** A float64 into both lanes. */
  loadBoth64: (offset: number): Code => [0xfd, 0x0a, 0, ...unsigned(offset)],
  store: (offset = 0): Code => [0xfd, 0x0b, 0, ...unsigned(offset)],
  zero: [0xfd, 0x0c, ...Array<number>(16).fill(0)] as Code,
  integers: (value: number): Code => [
    0xfd,
    0x0c,
    ...new Uint8Array(Int32Array.of(value, value, value, value).buffer),
  ],
  loadAll32: (offset: number): Code => [0xfd, 0x09, 0, ...unsigned(offset)],
  /** Lanes of bytes: 0 to 15 are the first vector's, 16 to 31 the second's. */
  shuffle: (lanes: Code): Code => [0xfd, 0x0d, ...lanes],
  float64s: (value: number): Code => {
    const bytes = new Uint8Array(Float64Array.of(value, value).buffer);
    return [0xfd, 0x0c, ...bytes];
  },
  splat32: [0xfd, 0x11] as Code,
  addBytes: [0xfd, 0x6e] as Code,
  atMost32: [0xfd, 0x3d] as Code,
  atLeast32: [0xfd, 0x3f] as Code,
  /** A lane of 64 bits to memory. */
  storeLane64: (offset: number, lane: 0 | 1): Code => [0xfd, 0x5b, 0, ...unsigned(offset), lane],
  less64: [0xfd, 0x49] as Code,
  greater64: [0xfd, 0x4a] as Code,
  atMost64: [0xfd, 0x4b] as Code,
  floor64: [0xfd, 0x75] as Code,
  ceil64: [0xfd, 0x74] as Code,
  abs64: [0xfd, 0xec, 0x01] as Code,
  root64: [0xfd, 0xef, 0x01] as Code,
  subtract64: [0xfd, 0xf1, 0x01] as Code,
  /** The lesser and the greater of two that are not NaN. */
  smaller64: [0xfd, 0xf6, 0x01] as Code,
  larger64: [0xfd, 0xf7, 0x01] as Code,
  /** Two float64 to int32, which they are cut off to, and two zeros. */
  toIntegers64: [0xfd, 0xfc, 0x01] as Code,
  /** 1 when both lanes of 64 bits are other than 0. */
  both64: [0xfd, 0xc3, 0x01] as Code,
  and: [0xfd, 0x4e] as Code,
  equalFloats32: [0xfd, 0x41] as Code,
  /** The second where it is less (or greater) than the first, else the first: NaN never replaces a number. */
  lesser32: [0xfd, 0xea, 0x01] as Code,
  greater32: [0xfd, 0xeb, 0x01] as Code,
  /** The sign of each lane, as a bit. */
  signs32: [0xfd, 0xa4, 0x01] as Code,
  /** The bits of the first vector that the second does not have. */
  andNot: [0xfd, 0x4f] as Code,
  union: [0xfd, 0x50] as Code,
  xor: [0xfd, 0x51] as Code,
  promote: [0xfd, 0x5f] as Code,
  add32: [0xfd, 0xae, 0x01] as Code,
  subtract32: [0xfd, 0xb1, 0x01] as Code,
  multiply32: [0xfd, 0xb5, 0x01] as Code,
  least32: [0xfd, 0xb6, 0x01] as Code,
  most32: [0xfd, 0xb8, 0x01] as Code,
  lane32: (lane: 0 | 1 | 2 | 3): Code => [0xfd, 0x1b, lane],
  equal64: [0xfd, 0x47] as Code,
  atLeast64: [0xfd, 0x4c] as Code,
  nearest64: [0xfd, 0x94, 0x01] as Code,
  negate64: [0xfd, 0xed, 0x01] as Code,
  add64: [0xfd, 0xf0, 0x01] as Code,
  multiply64: [0xfd, 0xf2, 0x01] as Code,
  divide64: [0xfd, 0xf3, 0x01] as Code,
  /** The bits of the first vector where the third's are 1, of the second where they are 0. */
  select: [0xfd, 0x52] as Code,
} as const;
