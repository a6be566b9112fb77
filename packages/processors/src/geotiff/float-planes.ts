import {
  advance,
  compileFunction,
  doWhile,
  i32,
  i32x4,
  i8x16,
  local,
  once,
  v128,
  wasmMemory,
  type Code,
} from "@quadrat/core/wasm";
import { quietNaN, type FloatBits } from "./nodata.js";

/** Undoes the floating-point predictor for blocks of float32, 16 bytes at a time, in memory of its own. */
export interface FloatPlanes {
  readonly width: number;
  /** Room for the rows of a block as they are stored, and some bytes more. */
  readonly stored: Uint8Array<ArrayBuffer>;
  /** Undoes rows `[from, to)` of `stored`. The bits of each row's samples, NaN for what is blank, are there until the next call. */
  undo(from: number, to: number, blank: FloatBits): readonly Int32Array[];
}

const compiledHere = once(() => compileFunction({ parameters: 6, variables: { i32: 2, v128: 9 }, body }));
let latest: FloatPlanes | undefined;

/**
 * For blocks of this size, whose width is a multiple of 16. All blocks of a thread share the memory, one after the other.
 * @param slack bytes after the rows
 * @returns undefined where this machine's WebAssembly has no vectors
 */
export function floatPlanes(width: number, rows: number, slack: number): FloatPlanes | undefined {
  const storedBytes = 4 * width * rows + slack;
  if (latest?.width !== width || latest.stored.length !== storedBytes) {
    const compiled = compiledHere();
    latest = compiled && allocate(compiled, width, rows, storedBytes);
  }
  return latest;
}

function allocate(
  make: NonNullable<ReturnType<typeof compileFunction>>,
  width: number,
  rows: number,
  storedBytes: number,
): FloatPlanes | undefined {
  const rowBytes = 4 * width;
  const target = Math.ceil(storedBytes / 16) * 16;
  const memory = wasmMemory(target + rows * rowBytes);
  if (!memory) return undefined;
  const { buffer } = memory;
  const undo = make(memory);
  const views = Array.from(
    { length: rows },
    (_, row) => new Int32Array(buffer, target + row * rowBytes, width),
  );
  return {
    width,
    stored: new Uint8Array(buffer, 0, storedBytes),
    undo(from, to, { first, last }) {
      if (from < to) undo(from * rowBytes, to * rowBytes, target + from * rowBytes, width, first, last);
      return views;
    },
  };
}

const [from, end, to, width, first, last, at, rowEnd] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const [sums, a, b, c, d, low, high, words, nan] = [8, 9, 10, 11, 12, 13, 14, 15, 16] as const;

const { get, set, tee } = local;

/** Adds to each byte the one that lies `count` before it. */
const addShifted = (count: number): Code =>
  set(
    a,
    i8x16.add(
      get(a),
      i8x16.shuffle(
        Array.from({ length: 16 }, (_, lane) => (lane < count ? 16 : lane - count)),
        get(a),
        i8x16.const(0),
      ),
    ),
  );

/** Each byte of the row becomes the sum of all up to it: of 16 among themselves, then with the sum of those before. */
const sumRow: Code = [
  ...set(sums, i8x16.const(0)),
  ...set(at, get(from)),
  ...doWhile(
    set(a, v128.load(0, get(at))),
    [1, 2, 4, 8].flatMap(addShifted),
    v128.store(0, get(at), tee(a, i8x16.add(get(a), get(sums)))),
    set(sums, i8x16.shuffle(Array<number>(16).fill(15), get(a), get(a))),
    advance(at, 16),
    i32.ltU(get(at), get(rowEnd)),
  ),
];

/** The bytes (or pairs of bytes) of two vectors in turns: of their first halves, or their second. */
const interleave = (size: 1 | 2, half: 0 | 1, one: number, other: number): Code =>
  i8x16.shuffle(
    Array.from({ length: 16 }, (_, lane) => {
      const unit = Math.floor(lane / size);
      return 8 * half + (unit >> 1) * size + (lane % size) + (unit % 2 === 0 ? 0 : 16);
    }),
    get(one),
    get(other),
  );

/** Four samples out of `low` and `high`, which hold the lower and the upper bytes of eight. */
const storeFour = (half: 0 | 1, offset: number): Code => [
  ...set(words, interleave(2, half, low, high)),
  ...v128.store(
    offset,
    get(to),
    v128.bitselect(
      get(nan),
      get(words),
      v128.and(i32x4.geS(get(words), i32x4.splat(get(first))), i32x4.leS(get(words), i32x4.splat(get(last)))),
    ),
  ),
];

/** The address so many times the width after `start`. */
const after = (start: number, planes: number): Code =>
  Array.from({ length: planes }).reduce<Code>((address) => i32.add(address, get(width)), get(start));

/** 16 samples at a time out of the planes of their first, second, third and fourth bytes, the high ones first. */
const joinRow: Code = [
  ...set(at, get(from)),
  ...doWhile(
    [a, b, c, d].flatMap((plane, index) => set(plane, v128.load(0, after(at, index)))),
    ([0, 1] as const).flatMap((half) => [
      ...set(low, interleave(1, half, d, c)),
      ...set(high, interleave(1, half, b, a)),
      ...storeFour(0, 32 * half),
      ...storeFour(1, 32 * half + 16),
    ]),
    advance(to, 64),
    advance(at, 16),
    i32.ltU(get(at), after(from, 1)),
  ),
];

const body: Code = [
  ...set(nan, i32x4.splat(quietNaN)),
  ...doWhile(set(rowEnd, after(from, 4)), sumRow, joinRow, i32.ltU(tee(from, get(rowEnd)), get(end))),
];
