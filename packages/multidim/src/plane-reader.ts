import {
  QuadratError,
  returnBuffer,
  type BlockMeans,
  type RasterData,
  type ReadHints,
  type Window,
} from "@quadrat/core/base";
import { ChunkCache, cutChunk, wholeBox, type Box, type ChunkPlace, type KeptChunk } from "./chunk-cache.js";
import { decoderOf, InexactInteger, type Decoder } from "./cf/decode.js";
import { shortMeans } from "./cf/scale-shorts.js";
import { fitsFloat32, reinterpret, type ValueRules } from "./cf/values.js";
import { fault, readingOf } from "./fault.js";
import { signature, type Variable } from "./model.js";
import { bytesOf, filled, type Samples } from "./samples.js";
import { chunksOf, countOf, positionOf, stridesOf } from "./shapes.js";

/** Which dimensions of a variable are the rows and columns of a raster, and how large that is. */
export interface Plane {
  readonly row: number;
  readonly column: number;
  /** The dimension along which planes are read one after another, if there is one. */
  readonly step?: number | undefined;
  readonly width: number;
  readonly height: number;
}

type BlockSize = Pick<Window, "width" | "height">;

/** A chunk and the part of it that lies in a window. */
interface Piece {
  readonly chunk: KeptChunk;
  readonly box: Box;
  /** Where the chunk begins, from the window's first row and column. */
  readonly down: number;
  readonly across: number;
  /** The position in the chunk's other dimensions. */
  readonly inside: readonly number[];
}

/** Reads windows of the planes of a variable through one cache of decoded chunks. */
export interface PlaneReader {
  /** @param fixed an index for every dimension; those of rows and columns do not count */
  read(fixed: readonly number[], window: Window, hints: ReadHints): Promise<RasterData>;
  /** See `RasterSource.readMeans`. */
  readonly readMeans?:
    | ((fixed: readonly number[], window: Window, block: BlockSize, into: BlockMeans) => Promise<boolean>)
    | undefined;
  limitCache(bytes: number): void;
  close(): void;
}

export function planeReader(
  path: string,
  variable: Variable,
  plane: Plane,
  rules: ValueRules,
  cacheBytes: number,
): PlaneReader {
  const { shape, chunkShape, type } = variable;
  const { row, column, step } = plane;
  let reads = 0;
  // Another read that is under way may still need what is dropped.
  const cache = new ChunkCache(cacheBytes, ({ samples }) => {
    if (samples && reads === 1) returnBuffer(samples.buffer);
  });
  const decode = decoderOf(rules);
  const means = shortMeans(rules);
  const grid = chunksOf(shape, chunkShape);
  const [tall, wide] = [chunkShape[row]!, chunkShape[column]!];
  const itemBytes = bytesOf(type!);
  const chunkBytes = countOf(chunkShape) * itemBytes;
  const all = wholeBox(chunkShape);
  const placeOf = (index: readonly number[], rows: ChunkPlace["rows"]): ChunkPlace => ({
    number: positionOf(index, grid),
    slab: positionOf(
      index.map((at, d) => (d === row || d === column ? 0 : at)),
      grid,
    ),
    row: index[row]!,
    rows,
  });
  const Values = !rules.scaling && fitsFloat32(rules.stored) ? Float32Array : Float64Array;
  const empty = reinterpret(filled(type!, 1, variable.fill), rules);
  const isEmptyNull = means !== undefined && isNull(empty, decode);

  const load = async (index: readonly number[], box: Box, whole: boolean): Promise<KeptChunk> => {
    const samples = await readingOf(path, `chunk ${index.join(", ")} of ${signature(variable)}`, () =>
      variable.readChunk(index),
    );
    if (!samples) return { box: all, shape: chunkShape, samples };
    const values = reinterpret(samples, rules);
    if (whole) return { box: all, shape: chunkShape, samples: values };
    const cut = cutChunk(values, chunkShape, box);
    returnBuffer(values.buffer);
    return cut;
  };

  return {
    async read(fixed, window, { buffer }) {
      const count = window.width * window.height;
      const fits = buffer && buffer.byteLength >= count * Values.BYTES_PER_ELEMENT;
      const data: RasterData = fits ? new Values(buffer, 0, count) : new Values(count);
      await visit(fixed, window, (piece) => copy(piece, window.width, data));
      return data;
    },
    readMeans: means && readMeans,
    limitCache: (bytes) => cache.limit(bytes),
    close: () => cache.clear(),
  };

  async function visit(fixed: readonly number[], window: Window, use: (piece: Piece) => void): Promise<void> {
    checkWindow(path, window, plane);
    reads++;
    try {
      await visitChunks(fixed, window, use);
    } finally {
      reads--;
    }
  }

  async function visitChunks(
    fixed: readonly number[],
    window: Window,
    use: (piece: Piece) => void,
  ): Promise<void> {
    const index = fixed.map((at, d) => Math.floor(at / chunkShape[d]!));
    const inside = fixed.map((at, d) => at % chunkShape[d]!);
    const rows = [Math.floor(window.row / tall), Math.ceil((window.row + window.height) / tall)] as const;
    const columns = [Math.floor(window.col / wide), Math.ceil((window.col + window.width) / wide)] as const;
    const needed = (rows[1] - rows[0]) * (columns[1] - columns[0]) * chunkBytes;
    // If whole chunks would not all fit, parts are kept, of the next steps too: a window on each side of a seam is read in turn.
    const whole = needed <= cache.most / 2 || countOf(chunkShape) === tall * wide;
    const stepBytes = window.width * window.height * itemBytes;
    const steps = Math.max(1, Math.floor(cache.most / 2 / stepBytes));
    for (index[row] = rows[0]; index[row] < rows[1]; index[row]++) {
      for (index[column] = columns[0]; index[column] < columns[1]; index[column]++) {
        const [top, left] = [index[row] * tall, index[column] * wide];
        const rowBox = [
          Math.max(0, window.row - top),
          Math.min(tall, window.row + window.height - top, plane.height - top),
        ] as const;
        const columnBox = [
          Math.max(0, window.col - left),
          Math.min(wide, window.col + window.width - left, plane.width - left),
        ] as const;
        const box: Box = inside.map((at, d) => {
          if (d === row) return rowBox;
          if (d === column) return columnBox;
          return [at, Math.min(chunkShape[d]!, at + (d === step && !whole ? steps : 1))];
        });
        const own = index.slice();
        const need = box.map((range, d): Box[number] => (d === step ? [inside[d]!, inside[d]! + 1] : range));
        const chunk = await cache.get(placeOf(own, rows), need, () => load(own, box, whole));
        use({ chunk, box: need, down: top - window.row, across: left - window.col, inside });
      }
    }
  }

  async function readMeans(
    fixed: readonly number[],
    window: Window,
    block: BlockSize,
    into: BlockMeans,
  ): Promise<boolean> {
    // Blocks must not extend over chunks.
    const apart = (first: number, length: number, size: number, chunk: number): boolean =>
      first + length <= (Math.floor(first / chunk) + 1) * chunk || (first % size === 0 && chunk % size === 0);
    const isPossible =
      apart(window.row, window.height, block.height, tall) &&
      apart(window.col, window.width, block.width, wide) &&
      means!.fits(Math.min(window.width, wide) / block.width, block.width, block.height);
    if (!isPossible) return false;
    let done = true;
    await visit(fixed, window, (piece) => {
      done &&= meanOf(piece, block, into);
    });
    return done;
  }

  function meanOf({ chunk, box, down, across, inside }: Piece, block: BlockSize, into: BlockMeans): boolean {
    const strides = stridesOf(chunk.shape);
    const { samples } = chunk;
    const [[top, bottom], [left, right]] = [box[row]!, box[column]!];
    const { width, height } = block;
    const [columns, rows] = [(right - left) / width, (bottom - top) / height];
    const at = into.at + ((down + top) / height) * into.stride + (across + left) / width;
    if (!samples) {
      for (let r = 0, to = at; r < rows; r++, to += into.stride) into.data.fill(NaN, to, to + columns);
      return isEmptyNull;
    }
    if (strides[column] !== 1) return false;
    const start = startOf(chunk, inside, top, left);
    const stored = { samples: samples as Int16Array | Uint16Array, start, stride: strides[row]! };
    means!.write({ ...stored, width, height, columns, rows }, { ...into, at });
    return true;
  }

  /** The position in a chunk of one of its pixels, by its row and column there. */
  function startOf(chunk: KeptChunk, inside: readonly number[], top: number, left: number): number {
    let start = 0;
    for (const [d, stride] of stridesOf(chunk.shape).entries()) {
      const at = d === row ? top : d === column ? left : inside[d]!;
      start += (at - chunk.box[d]![0]) * stride;
    }
    return start;
  }

  function copy({ chunk, box, down, across, inside }: Piece, width: number, data: RasterData): void {
    const strides = stridesOf(chunk.shape);
    const [[top, bottom], [left, right]] = [box[row]!, box[column]!];
    const first = startOf(chunk, inside, top, left);
    const count = right - left;
    const whole = strides[column] === 1 && strides[row] === count && count === width && chunk.samples;
    try {
      if (whole) {
        decode(whole, first, 1, (bottom - top) * count, data, (top + down) * width + left + across);
        return;
      }
      for (let y = top; y < bottom; y++) {
        const at = (y + down) * width + left + across;
        const start = first + (y - top) * strides[row]!;
        if (chunk.samples) decode(chunk.samples, start, strides[column]!, count, data, at);
        else decode(empty, 0, 0, count, data, at);
      }
    } catch (error) {
      if (!(error instanceof InexactInteger)) throw error;
      throw fault(path, `${signature(variable)} has the value ${error.message}, which a double can't hold`, {
        hint: "64-bit integers beyond 2^53 are not supported",
      });
    }
  }
}

function isNull(sample: Samples, decode: Decoder): boolean {
  const value = new Float64Array(1);
  decode(sample, 0, 0, 1, value, 0);
  return Number.isNaN(value[0]);
}

function checkWindow(path: string, { col, row, width, height }: Window, plane: Plane): void {
  const whole = [col, row, width, height].every(Number.isInteger);
  const inside = col >= 0 && row >= 0 && col + width <= plane.width && row + height <= plane.height;
  if (whole && inside && width > 0 && height > 0) return;
  throw new QuadratError(
    "internal",
    `window ${col}, ${row}, ${width} x ${height} is not inside the ${plane.width} x ${plane.height} pixels`,
    { place: { file: path } },
  );
}
