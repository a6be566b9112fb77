import { open, type FileHandle } from "node:fs/promises";
import { QuadratError, type WrittenFile } from "@quadrat/core";
import { cleanedUp } from "@quadrat/core/base";
import { withSink, type Sink } from "../sink.js";
import { readStruct, writeStruct, type ThriftList, type ThriftStruct } from "./thrift.js";

/*
 * Fields of Parquet's metadata, by the names of its specification. Other fields are taken over as they are.
 */
const FileMetaData = { schema: 2, numRows: 3, rowGroups: 4, columnOrders: 7 } as const;
const SchemaElement = { numChildren: 5 } as const;
const RowGroup = { columns: 1, totalByteSize: 2, numRows: 3, fileOffset: 5, totalCompressedSize: 6 } as const;
const ColumnChunk = { metaData: 3 } as const;
const ColumnMetaData = {
  dataPageOffset: 9,
  indexPageOffset: 10,
  dictionaryPageOffset: 11,
  bloomFilterOffset: 14,
  bloomFilterLength: 15,
} as const;

const magic = new TextEncoder().encode("PAR1");
const copiedBytes = 2 ** 19;
const STRUCT = 12;

/** A row group of one of the files. */
interface PartGroup {
  readonly rows: bigint;
  /** Where its pages are: all columns, one after another. */
  readonly from: number;
  readonly bytes: number;
  readonly totalByteSize: bigint;
  /** The metadata of its columns, still encoded: decoded they take ten times as much. */
  readonly columns: readonly Uint8Array[];
  /** Where the filters of its columns are, after the pages of all row groups. */
  readonly filters: Span;
}

interface Part {
  readonly path: string;
  readonly metadata: ThriftStruct;
  readonly groups: readonly PartGroup[];
}

interface Span {
  readonly from: number;
  readonly bytes: number;
}

/**
 * Writes one Parquet file from several that have the same rows in the same row groups: the columns of the first, then those of
 * the second, and so on. It has the bytes that DuckDB would have written, had it written all columns at once: pages depend on
 * their own column alone, and are copied; only the positions change.
 */
export async function stitch(
  paths: readonly string[],
  target: string,
  signal: AbortSignal,
): Promise<WrittenFile & { readonly rows: number }> {
  const parts: Part[] = [];
  for (const path of paths) parts.push(await reading(path, (file) => readPart(path, file)));
  const [first] = parts as [Part, ...Part[]];
  for (const part of parts) requireSameRows(part, first);
  const written = await withSink(target, (sink) => writeParts(parts, sink, signal));
  return { ...written, rows: Number(wholeOf(first.metadata, FileMetaData.numRows)) };
}

/** One file at a time is open: there may be more of them than a process may open. */
async function reading<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path);
  return cleanedUp(
    () => work(file),
    () => file.close(),
  );
}

async function writeParts(parts: readonly Part[], sink: Sink, signal: AbortSignal): Promise<void> {
  const numbers = [...parts[0]!.groups.keys()];
  await sink.write([magic]);
  for (const number of numbers) {
    for (const { path, groups } of parts) {
      signal.throwIfAborted();
      await reading(path, (file) => copy(file, groups[number]!, sink));
    }
  }
  for (const number of numbers) {
    for (const { path, groups } of parts) {
      const { filters } = groups[number]!;
      if (filters.bytes > 0) await reading(path, (file) => copy(file, filters, sink));
    }
  }
  const footer = writeStruct(metadataOf(parts));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, footer.length, true);
  await sink.write([footer, length, magic]);
}

async function copy(file: FileHandle, { from, bytes }: Span, sink: Sink): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(bytes, copiedBytes));
  for (let done = 0; done < bytes;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - done), from + done);
    if (bytesRead === 0) throw new QuadratError("internal", "a part of a Parquet file became shorter");
    await sink.write([buffer.subarray(0, bytesRead)]);
    done += bytesRead;
  }
}

/** The metadata of the file that has the columns of all parts. */
function metadataOf(parts: readonly Part[]): ThriftStruct {
  const metadata = new Map(parts[0]!.metadata);
  const put = (fields: ThriftStruct, id: number, value: bigint | ThriftList): void => {
    fields.set(id, { ...fields.get(id)!, value });
  };
  const allOf = (id: number, from: number): ThriftList => {
    const lists = parts.map((part) => listOf(part.metadata, id));
    return { ...lists[0]!, items: lists.flatMap(({ items }) => items.slice(from)) };
  };
  const elements = allOf(FileMetaData.schema, 1);
  const root = new Map(listOf(metadata, FileMetaData.schema).items[0] as ThriftStruct);
  put(
    root,
    SchemaElement.numChildren,
    parts.map(childrenOf).reduce((sum, count) => sum + count),
  );
  put(metadata, FileMetaData.schema, { ...elements, items: [root, ...elements.items] });
  if (metadata.has(FileMetaData.columnOrders))
    put(metadata, FileMetaData.columnOrders, allOf(FileMetaData.columnOrders, 0));

  let at = magic.length;
  let filtersAt = at;
  for (const { groups } of parts) for (const { bytes } of groups) filtersAt += bytes;
  const rowGroups = listOf(metadata, FileMetaData.rowGroups);
  const items = rowGroups.items.map((found, number) => {
    const group = new Map(found as ThriftStruct);
    const begun = at;
    const columns: Uint8Array[] = [];
    let size = 0n;
    for (const part of parts) {
      const { from, bytes, totalByteSize, filters, columns: own } = part.groups[number]!;
      const moved = { pages: BigInt(at - from), filters: BigInt(filtersAt - filters.from) };
      for (const column of own) columns.push(writeStruct(movedColumn(readStruct(column), moved)));
      at += bytes;
      filtersAt += filters.bytes;
      size += totalByteSize;
    }
    put(group, RowGroup.columns, { elementType: STRUCT, items: columns });
    put(group, RowGroup.totalByteSize, size);
    if (group.has(RowGroup.fileOffset)) put(group, RowGroup.fileOffset, BigInt(begun));
    if (group.has(RowGroup.totalCompressedSize)) put(group, RowGroup.totalCompressedSize, BigInt(at - begun));
    return writeStruct(group);
  });
  put(metadata, FileMetaData.rowGroups, { ...rowGroups, items });
  return metadata;
}

/** The number of columns of a part, each with whatever is nested in it. */
function childrenOf({ metadata }: Part): bigint {
  return wholeOf(listOf(metadata, FileMetaData.schema).items[0] as ThriftStruct, SchemaElement.numChildren);
}

/** A column's metadata after its pages and its filter were moved by so many bytes. */
function movedColumn(
  chunk: ThriftStruct,
  by: { readonly pages: bigint; readonly filters: bigint },
): ThriftStruct {
  const metadata = structOf(chunk, ColumnChunk.metaData);
  const { dataPageOffset, indexPageOffset, dictionaryPageOffset, bloomFilterOffset } = ColumnMetaData;
  for (const id of [dataPageOffset, indexPageOffset, dictionaryPageOffset, bloomFilterOffset]) {
    const field = metadata.get(id);
    if (field) field.value = (field.value as bigint) + (id === bloomFilterOffset ? by.filters : by.pages);
  }
  return chunk;
}

async function readPart(path: string, file: FileHandle): Promise<Part> {
  const { size } = await file.stat();
  const end = await readAt(file, size - 8, 8);
  const length = new DataView(end.buffer, end.byteOffset).getUint32(0, true);
  const footerAt = size - 8 - length;
  const metadata = readStruct(await readAt(file, footerAt, length));
  const groups = groupsOf(metadata, footerAt);
  // Of the row groups only what is the same for all columns is needed from now on.
  for (const group of listOf(metadata, FileMetaData.rowGroups).items)
    (group as ThriftStruct).get(RowGroup.columns)!.value = false;
  return { path, metadata, groups };
}

function groupsOf(metadata: ThriftStruct, footerAt: number): PartGroup[] {
  const groups = listOf(metadata, FileMetaData.rowGroups).items as ThriftStruct[];
  const columns = groups.map((group) => listOf(group, RowGroup.columns).items as ThriftStruct[]);
  const places = columns.map((chunks) => chunks.map((chunk) => structOf(chunk, ColumnChunk.metaData)));
  const filters = places.map((ofGroup) => ofGroup.flatMap(filterOf));
  const pagesEnd = Math.min(footerAt, ...filters.flat().map(({ from }) => from));
  const starts = places.map(([first]) => firstPage(first!));
  return groups.map((group, number) => {
    const from = starts[number]!;
    const [filter] = filters[number]!;
    return {
      rows: wholeOf(group, RowGroup.numRows),
      ...{ from, bytes: (starts[number + 1] ?? pagesEnd) - from },
      totalByteSize: wholeOf(group, RowGroup.totalByteSize),
      columns: columns[number]!.map(writeStruct),
      filters: {
        from: filter?.from ?? 0,
        bytes: filters[number]!.reduce((sum, { bytes }) => sum + bytes, 0),
      },
    };
  });
}

function firstPage(column: ThriftStruct): number {
  const offsets = [ColumnMetaData.dictionaryPageOffset, ColumnMetaData.dataPageOffset].filter((id) =>
    column.has(id),
  );
  return Math.min(...offsets.map((id) => Number(wholeOf(column, id))));
}

function filterOf(column: ThriftStruct): Span[] {
  if (!column.has(ColumnMetaData.bloomFilterOffset)) return [];
  const [from, bytes] = [ColumnMetaData.bloomFilterOffset, ColumnMetaData.bloomFilterLength].map((id) =>
    Number(wholeOf(column, id)),
  ) as [number, number];
  return [{ from, bytes }];
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead < length) throw new QuadratError("internal", "a part of a Parquet file is cut off");
  return buffer;
}

function requireSameRows({ groups, path }: Part, first: Part): void {
  if (groups.length === first.groups.length && groups.every(({ rows }, i) => rows === first.groups[i]!.rows))
    return;
  throw new QuadratError("internal", "the parts of a Parquet file have different rows", {
    place: { file: path },
  });
}

function wholeOf(fields: ThriftStruct, id: number): bigint {
  return fields.get(id)!.value as bigint;
}

function listOf(fields: ThriftStruct, id: number): ThriftList {
  return fields.get(id)!.value as ThriftList;
}

function structOf(fields: ThriftStruct, id: number): ThriftStruct {
  return fields.get(id)!.value as ThriftStruct;
}
