import { quietNaN, type FloatBits } from "./nodata.js";
import { compileFunction, op, wasmMemory, type Code } from "../wasm-module.js";

/** Undoes the floating-point predictor for blocks of float32, 16 bytes at a time, in memory of its own. */
export interface FloatPlanes {
  readonly width: number;
  /** Room for the rows of a block as they are stored, and some bytes more. */
  readonly stored: Uint8Array<ArrayBuffer>;
  /** Undoes rows `[from, to)` of `stored`. The bits of each row's samples, NaN for what is blank, are there until the next call. */
  undo(from: number, to: number, blank: FloatBits): readonly Int32Array[];
}

let compiled: ReturnType<typeof compileFunction> | null = null;
let latest: FloatPlanes | undefined;

/**
 * For blocks of this size, whose width is a multiple of 16. All blocks of a thread share the memory, one after the other.
 * @param slack bytes after the rows
 * @returns undefined where this machine's WebAssembly has no vectors
 */
export function floatPlanes(width: number, rows: number, slack: number): FloatPlanes | undefined {
  if (compiled === null) compiled = compileFunction({ parameters: 6, integers: 2, vectors: 9, body });
  const storedBytes = 4 * width * rows + slack;
  if (latest?.width !== width || latest.stored.length !== storedBytes) {
    latest = compiled && allocate(compiled, width, rows, storedBytes);
  }
  return latest;
}

function allocate(
  make: NonNullable<typeof compiled>,
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

const { get, set, tee, constant, add, lessUnsigned, loop, load, store, shuffle } = op;

/** `variable = variable + value`. */
const advance = (variable: number, ...value: Code): Code => [
  ...get(variable),
  ...value,
  ...add,
  ...set(variable),
];

/** Adds to each byte the one that lies `count` before it. */
const addShifted = (count: number): Code => [
  ...get(a),
  ...get(a),
  ...op.zero,
  ...shuffle(Array.from({ length: 16 }, (_, lane) => (lane < count ? 16 : lane - count))),
  ...op.addBytes,
  ...set(a),
];

/** Each byte of the row becomes the sum of all up to it: of 16 among themselves, then with the sum of those before. */
const sumRow: Code = [
  ...op.zero,
  ...set(sums),
  ...get(from),
  ...set(at),
  ...loop([
    ...[...get(at), ...load, ...set(a)],
    ...[1, 2, 4, 8].flatMap(addShifted),
    ...[...get(at), ...get(a), ...get(sums), ...op.addBytes, ...tee(a), ...store()],
    ...[...get(a), ...get(a), ...shuffle(Array<number>(16).fill(15)), ...set(sums)],
    ...[...advance(at, ...constant(16)), ...get(at), ...get(rowEnd), ...lessUnsigned],
  ]),
];

/** The bytes (or pairs of bytes) of two vectors in turns: of their first halves, or their second. */
const interleave = (size: 1 | 2, half: 0 | 1): Code =>
  shuffle(
    Array.from({ length: 16 }, (_, lane) => {
      const unit = Math.floor(lane / size);
      return 8 * half + (unit >> 1) * size + (lane % size) + (unit % 2 === 0 ? 0 : 16);
    }),
  );

/** Four samples out of `low` and `high`, which hold the lower and the upper bytes of eight. */
const storeFour = (half: 0 | 1, offset: number): Code => [
  ...[...get(low), ...get(high), ...interleave(2, half), ...set(words)],
  ...get(to),
  ...[...get(nan), ...get(words)],
  ...[...get(words), ...get(first), ...op.splat32, ...op.atLeast32],
  ...[...get(words), ...get(last), ...op.splat32, ...op.atMost32, ...op.and],
  ...[...op.select, ...store(offset)],
];

/** The plane that begins `index` times the width after `at`. */
const loadPlane = (index: number, plane: number): Code => [
  ...get(at),
  ...Array.from({ length: index }, () => [...get(width), ...add]).flat(),
  ...load,
  ...set(plane),
];

/** 16 samples at a time out of the planes of their first, second, third and fourth bytes, the high ones first. */
const joinRow: Code = [
  ...get(from),
  ...set(at),
  ...loop([
    ...[a, b, c, d].flatMap((plane, index) => loadPlane(index, plane)),
    ...([0, 1] as const).flatMap((half) => [
      ...[...get(d), ...get(c), ...interleave(1, half), ...set(low)],
      ...[...get(b), ...get(a), ...interleave(1, half), ...set(high)],
      ...storeFour(0, 32 * half),
      ...storeFour(1, 32 * half + 16),
    ]),
    ...advance(to, ...constant(64)),
    ...[...advance(at, ...constant(16)), ...get(at), ...get(from), ...get(width), ...add, ...lessUnsigned],
  ]),
];

const body: Code = [
  ...[...constant(quietNaN), ...op.splat32, ...set(nan)],
  ...loop([
    ...[...get(from), ...Array.from({ length: 4 }, () => [...get(width), ...add]).flat(), ...set(rowEnd)],
    ...sumRow,
    ...joinRow,
    ...[...get(rowEnd), ...tee(from), ...get(end), ...lessUnsigned],
  ]),
];
