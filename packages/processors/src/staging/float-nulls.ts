import {
  advance,
  doWhile,
  f32x4,
  i32,
  i32x4,
  instantiate,
  local,
  once,
  placesFrom,
  v128,
  type Code,
} from "@quadrat/core/wasm";

/** Values that go through WebAssembly's memory at once, a multiple of 16. */
const chunk = 1 << 14;

const places = placesFrom();
const floatsAt = places.take(4 * chunk);
const bitsAt = places.take(chunk / 8);
const leastAt = places.take(32);
const mostAt = leastAt + 16;
const foundAt = places.take(4);

interface NullFinder {
  readonly floats: Float32Array;
  readonly bits: Uint8Array;
  readonly extremes: Float32Array;
  readonly found: Int32Array;
  run(groups: number): void;
}

const finderHere = once(makeFinder);

/**
 * Makes NaN zero, and sets a bit of `validity` for each value that is left, 16 at a time.
 * @param validity a bit per value, least significant first, overwritten
 * @returns undefined, and nothing is done, where this machine's WebAssembly has no vectors
 */
export function separateNulls(
  values: Float32Array,
  validity: Uint8Array,
): { readonly nulls: number; readonly min: number; readonly max: number } | undefined {
  const finder = finderHere();
  if (!finder) return undefined;
  const { floats, bits, extremes, found } = finder;
  extremes.fill(Number.POSITIVE_INFINITY, 0, 4);
  extremes.fill(Number.NEGATIVE_INFINITY, 4);
  let valid = 0;
  for (let from = 0; from < values.length; from += chunk) {
    const part = values.subarray(from, from + chunk);
    const groups = Math.ceil(part.length / 16);
    floats.set(part);
    floats.fill(NaN, part.length, 16 * groups);
    finder.run(groups);
    const count = found[0]!;
    valid += count;
    if (count < part.length) part.set(floats.subarray(0, part.length));
    validity.set(bits.subarray(0, Math.ceil(part.length / 8)), from / 8);
  }
  return {
    nulls: values.length - valid,
    min: Math.min(...extremes.subarray(0, 4)),
    max: Math.max(...extremes.subarray(4)),
  };
}

function makeFinder(): NullFinder | undefined {
  const made = instantiate({ find: { parameters: 1, variables: { i32: 4, v128: 3 }, body } }, places.bytes);
  if (!made) return undefined;
  const { find } = made;
  const { buffer } = made.memory;
  return {
    floats: new Float32Array(buffer, floatsAt, chunk),
    bits: new Uint8Array(buffer, bitsAt, chunk / 8),
    extremes: new Float32Array(buffer, leastAt, 8),
    found: new Int32Array(buffer, foundAt, 1),
    run: (groups) => find(64 * groups),
  };
}

const [end, at, bitAt, word, count] = [0, 1, 2, 3, 4] as const;
const [value, least, most] = [5, 6, 7] as const;

const { get, set, tee } = local;

/** Four values; their bits go into the group's, from bit `4 * index` on. */
const four = (index: number): Code => [
  ...set(value, v128.load(16 * index, get(at))),
  ...set(least, f32x4.pmin(get(least), get(value))),
  ...set(most, f32x4.pmax(get(most), get(value))),
  ...v128.store(16 * index, get(at), v128.and(get(value), f32x4.eq(get(value), get(value)))),
  ...set(word, i32.or(i32.shl(i32x4.bitmask(f32x4.eq(get(value), get(value))), 4 * index), get(word))),
];

const body: Code = [
  ...set(least, v128.load(0, leastAt)),
  ...set(most, v128.load(0, mostAt)),
  ...set(bitAt, bitsAt),
  ...doWhile(
    set(word, 0),
    [0, 1, 2, 3].flatMap(four),
    i32.store16(0, get(bitAt), get(word)),
    set(count, i32.add(get(count), i32.popcnt(get(word)))),
    advance(bitAt, 2),
    i32.ltU(tee(at, i32.add(get(at), 64)), get(end)),
  ),
  ...v128.store(0, leastAt, get(least)),
  ...v128.store(0, mostAt, get(most)),
  ...i32.store(0, foundAt, get(count)),
];
