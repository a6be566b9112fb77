/** The product, as a number of elements. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Elements from one index to the next, by dimension. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1]! * shape[d + 1]!;
  return strides;
}

/** How many chunks there are in each dimension. */
export function chunksOf(shape: readonly number[], chunkShape: readonly number[]): number[] {
  return shape.map((length, d) => Math.ceil(length / chunkShape[d]!));
}

/** The position of an index in an array of this shape. */
export function positionOf(index: readonly number[], shape: readonly number[]): number {
  let position = 0;
  for (const [d, length] of shape.entries()) position = position * length + index[d]!;
  return position;
}

/** Bytes of a part of an array that lies in one piece in its file, and is read at once. */
const partBytes = 256 * 1024;

/**
 * The shape of parts of an array without chunks: as many of the last dimensions as make a piece of moderate size. Each part
 * lies in one piece in the file.
 */
export function partsOf(shape: readonly number[], itemBytes: number, most = partBytes): number[] {
  const part = shape.map(() => 1);
  let bytes = itemBytes;
  for (let d = shape.length - 1; d >= 0; d--) {
    const length = Math.max(1, Math.min(shape[d]!, Math.floor(most / bytes)));
    part[d] = length;
    if (length < shape[d]!) break;
    bytes *= length;
  }
  return part;
}

/** The bytes of a part: where it begins, in elements, and how many elements it has. */
export function pieceOf(
  index: readonly number[],
  shape: readonly number[],
  part: readonly number[],
): { readonly start: number; readonly count: number } {
  const strides = stridesOf(shape);
  let [start, count] = [0, 1];
  for (const [d, length] of shape.entries()) {
    const first = index[d]! * part[d]!;
    start += first * strides[d]!;
    count *= Math.min(part[d]!, length - first);
  }
  return { start, count };
}
