import { Damaged } from "../fault.js";
import type { Variable } from "../model.js";
import { toSamples } from "../samples.js";
import { chunksOf, countOf, partsOf, pieceOf } from "../shapes.js";
import { chunkFinder } from "./chunk-index.js";
import type { Dataspace } from "./dataspace.js";
import { describeType, type Datatype } from "./datatype.js";
import type { Hdf5File } from "./file.js";
import { readFilters, undoFilters, unsupportedFilter, type Filter } from "./filters.js";
import { readLayout, type Layout } from "./layout.js";
import { Message, resolveShared, type HeaderMessage } from "./object-header.js";

type Stored = Pick<Variable, "type" | "typeName" | "chunkShape" | "fill" | "unreadable" | "readChunk">;

/** Chunks of more bytes than this are refused. */
const largestChunk = 2 ** 30;

/** How the values of a dataset are stored, and the function that reads a chunk of them. */
export async function storedVariable(
  hdf5: Hdf5File,
  messages: readonly HeaderMessage[],
  type: Datatype,
  { shape, limits }: Dataspace,
): Promise<Stored> {
  const bodyOf = async (kind: number) => {
    const message = messages.find((one) => one.type === kind);
    if (!message) return undefined;
    const body = await resolveShared(hdf5, message);
    body.at = 0;
    return body;
  };
  const layoutBody = await bodyOf(Message.Layout);
  if (!layoutBody) throw new Damaged("a dataset has no layout");
  const layout = readLayout(layoutBody);
  const filterBody = await bodyOf(Message.Filters);
  const filters = filterBody ? readFilters(filterBody) : [];
  const isExternal = messages.some(({ type }) => type === Message.External);
  const chunkShape = layout.kind === "chunked" ? layout.chunk : partsOf(shape, type.bytes);
  const common = {
    type: type.number,
    typeName: describeType(type),
    chunkShape,
    fill: await readFill(messages, hdf5, type),
  };
  const unreadable =
    isExternal || layout.kind === "virtual"
      ? "its values are in other files, which is not supported"
      : layout.kind === "chunked" && chunkShape.length !== shape.length
        ? "its chunks have other dimensions than it has"
        : countOf(chunkShape) * type.bytes > largestChunk
          ? `its chunks of ${chunkShape.join(" x ")} are larger than ${largestChunk} bytes`
          : unsupportedFilter(filters);
  const number = type.number;
  if (unreadable !== undefined || number === undefined) {
    return {
      ...common,
      unreadable,
      readChunk: () => Promise.reject(new Damaged(unreadable ?? "it has no numbers")),
    };
  }
  const { littleEndian, bytes: itemBytes } = type;
  if (layout.kind === "chunked") {
    const read = chunkReader(hdf5, layout, filters, { shape, limits }, itemBytes);
    return {
      ...common,
      async readChunk(index) {
        const bytes = await read(index);
        return bytes && toSamples(bytes, number, littleEndian);
      },
    };
  }
  return {
    ...common,
    async readChunk(index) {
      const { start, count } = pieceOf(index, shape, chunkShape);
      const [from, length] = [start * itemBytes, count * itemBytes];
      const bytes = await plainBytes(hdf5, layout, from, length);
      return bytes && toSamples(bytes, number, littleEndian);
    },
  };
}

async function plainBytes(
  hdf5: Hdf5File,
  layout: Exclude<Layout, { readonly kind: "chunked" }>,
  from: number,
  length: number,
): Promise<Uint8Array | undefined> {
  if (layout.kind === "compact") {
    if (from + length > layout.data.length) throw new Damaged("it ends too early");
    return Uint8Array.from(layout.data.subarray(from, from + length));
  }
  if (layout.kind === "virtual" || layout.address === undefined) return undefined;
  return hdf5.data(layout.address + from, length);
}

function chunkReader(
  hdf5: Hdf5File,
  layout: Layout & { readonly kind: "chunked" },
  filters: readonly Filter[],
  { shape, limits }: Dataspace,
  itemBytes: number,
): (index: readonly number[]) => Promise<Uint8Array | undefined> {
  const bytes = countOf(layout.chunk) * itemBytes;
  const find = chunkFinder(hdf5, layout, { shape, limits, itemBytes, isFiltered: filters.length > 0 });
  const grid = chunksOf(shape, layout.chunk);
  return async (index) => {
    const chunk = await find(index);
    if (!chunk) return undefined;
    const isEdge = index.some((at, d) => at === grid[d]! - 1 && shape[d]! % layout.chunk[d]! !== 0);
    const used = layout.plainEdges && isEdge ? [] : filters;
    if (used.length === 0 && chunk.bytes !== bytes)
      throw new Damaged(`it has ${chunk.bytes} bytes instead of ${bytes}`);
    if (used.length === 0) return hdf5.data(chunk.address, chunk.bytes);
    return undoFilters(await hdf5.packed(chunk.address, chunk.bytes), used, chunk.mask, bytes);
  };
}

/** What elements that were never written contain: zero, unless the file says otherwise. */
async function readFill(
  messages: readonly HeaderMessage[],
  hdf5: Hdf5File,
  type: Datatype,
): Promise<number | bigint> {
  const message =
    messages.find((one) => one.type === Message.Fill) ?? messages.find((one) => one.type === Message.OldFill);
  if (!message || !type.number) return 0;
  const body = await resolveShared(hdf5, message);
  body.at = 0;
  if (message.type === Message.Fill) {
    const version = body.u8();
    if (version === 3) {
      if ((body.u8() & 32) === 0) return 0;
    } else {
      body.skip(2);
      if (body.u8() === 0) return 0;
    }
  }
  if (body.left < 4) return 0;
  const size = body.u32();
  if (size !== type.bytes) return 0;
  return toSamples(Uint8Array.from(body.bytes(size)), type.number, type.littleEndian)[0]!;
}
