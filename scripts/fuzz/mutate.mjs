/** Values at which arithmetic tends to go wrong. */
const edges = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Damages bytes one to five times. @param other those of another input, of which a part may be put in */
export function mutateBytes(numbers, bytes, other) {
  let mutated = Buffer.from(bytes);
  for (let times = 1 + numbers.below(5); times > 0 && mutated.length > 0; times--)
    mutated = numbers.of(ofBytes)(numbers, mutated, other);
  return mutated;
}

/** Mostly near the beginning, where headers are, or the end, where Parquet and ZIP have theirs. */
function place(numbers, { length }) {
  const near = Math.min(length, 512);
  const where = numbers.next();
  if (where < 0.4) return numbers.below(near);
  if (where < 0.7) return length - 1 - numbers.below(near);
  return numbers.below(length);
}

const ofBytes = [
  function flipBit(numbers, bytes) {
    bytes[place(numbers, bytes)] ^= 1 << numbers.below(8);
    return bytes;
  },
  function setByte(numbers, bytes) {
    bytes[place(numbers, bytes)] = numbers.next() < 0.5 ? numbers.below(256) : numbers.of(edges) & 0xff;
    return bytes;
  },
  function setNumber(numbers, bytes) {
    const at = place(numbers, bytes);
    const width = numbers.of([2, 4, 8]);
    if (at + width > bytes.length) return bytes;
    const value =
      BigInt(numbers.next() < 0.2 ? bytes.length - numbers.below(9) : numbers.of(edges)) & 0xffffffffn;
    const wide = Buffer.alloc(8);
    if (numbers.next() < 0.8) wide.writeBigUInt64LE(value);
    else wide.writeBigUInt64BE(BigInt.asUintN(64, value << BigInt(64 - 8 * width)));
    wide.copy(bytes, at, 0, width);
    return bytes;
  },
  function truncate(numbers, bytes) {
    return numbers.next() < 0.5 ? bytes.subarray(0, place(numbers, bytes)) : bytes;
  },
  function remove(numbers, bytes) {
    const at = place(numbers, bytes);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + numbers.below(32))]);
  },
  function repeat(numbers, bytes) {
    const at = place(numbers, bytes);
    const part = bytes.subarray(at, at + 1 + numbers.below(64));
    return Buffer.concat([
      bytes.subarray(0, at),
      ...Array(1 + numbers.below(8)).fill(part),
      bytes.subarray(at),
    ]);
  },
  function splice(numbers, bytes, other) {
    if (!other || other.length === 0) return bytes;
    const from = numbers.below(other.length);
    const part = other.subarray(from, from + 1 + numbers.below(256));
    const at = place(numbers, bytes);
    return Buffer.concat([
      bytes.subarray(0, at),
      part,
      bytes.subarray(at + (numbers.next() < 0.5 ? part.length : 0)),
    ]);
  },
];

/** Damages a text one to four times, mostly at what looks like a token. @param words what may be put in */
export function mutateText(numbers, text, words) {
  let mutated = text;
  for (let times = 1 + numbers.below(4); times > 0; times--) {
    const tokens = [...mutated.matchAll(/[\w.+-]+|[^\w\s]|\s+/g)];
    const token = tokens.length > 0 ? numbers.of(tokens) : { 0: "", index: 0 };
    const [before, after] = [mutated.slice(0, token.index), mutated.slice(token.index + token[0].length)];
    mutated =
      before +
      numbers.of([
        () => "",
        () => numbers.of(words),
        () => numbers.of(words) + token[0],
        () => token[0] + token[0],
        () => (tokens.length > 0 ? numbers.of(tokens)[0] : ""),
        () => token[0].repeat(1 + numbers.below(Math.min(2000, 50_000 / (1 + token[0].length)))),
      ])() +
      after;
  }
  return mutated;
}

/** Damages a field of a TIFF's directory: its tag, type, number of values, or the value or offset. */
export function mutateTiff(numbers, bytes, other) {
  const mutated = Buffer.from(bytes);
  const entries = entriesOf(mutated);
  if (!entries || numbers.next() < 0.3) return mutateBytes(numbers, bytes, other);
  for (let times = 1 + numbers.below(3); times > 0; times--) {
    const { at, wide, write } = numbers.of(entries);
    const fields = wide
      ? [
          [0, 2],
          [2, 2],
          [4, 8],
          [12, 8],
          [12, 4],
        ]
      : [
          [0, 2],
          [2, 2],
          [4, 4],
          [8, 4],
          [8, 2],
        ];
    const [from, width] = numbers.of(fields);
    const value =
      from === 2
        ? numbers.below(20)
        : numbers.next() < 0.5
          ? numbers.of(edges)
          : numbers.below(numbers.of([16, 300, 70_000, bytes.length + 2]));
    write(at + from, width, value);
  }
  return mutated;
}

function entriesOf(bytes) {
  if (bytes.length < 16) return undefined;
  const little = bytes.toString("latin1", 0, 2) === "II";
  const read = (at, width) => (little ? bytes.readUIntLE(at, width) : bytes.readUIntBE(at, width));
  const write = (at, width, value) => {
    if (at + width > bytes.length) return;
    const short = Math.min(width, 4);
    const fitting = value % 2 ** (8 * short);
    bytes.fill(0, at, at + width);
    if (little) bytes.writeUIntLE(fitting, at, short);
    else bytes.writeUIntBE(fitting, at + width - short, short);
  };
  const wide = read(2, 2) === 43;
  const start = wide ? read(8, 6) : read(4, 4);
  const [head, length] = wide ? [8, 20] : [2, 12];
  if (start + head > bytes.length) return undefined;
  const found = [];
  for (let index = 0; index < Math.min(60, read(start, 2)); index++) {
    const at = start + head + index * length;
    if (at + length <= bytes.length) found.push({ at, wide, write });
  }
  return found.length > 0 ? found : undefined;
}
