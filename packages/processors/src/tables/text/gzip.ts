import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from "node:zlib";

const chunkBytes = 1 << 20;
const fixedHeaderBytes = 10;
/** CRC and size of a member's contents. */
const trailerBytes = 8;

/** Bits of a member's flags. */
const [hasHeaderCrc, hasExtra, hasName, hasComment] = [2, 4, 8, 16] as const;

/**
 * The contents of a gzip file: all its members, as RFC 1952 says. Zeros after a member are padding; what follows them,
 * if it is not another member, is ignored, as by GNU gzip.
 *
 * @param onRemainder called with the number of bytes ignored
 */
export async function* gunzipFile(
  file: string,
  signal?: AbortSignal,
  onRemainder?: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const handle = await open(file, "r");
  let given = 0;
  try {
    const { size } = await handle.stat();
    try {
      for await (const chunk of unpack(file, handle, size, signal)) {
        given += chunk.length;
        yield chunk;
      }
    } catch (error) {
      if (!(error as NodeJS.ErrnoException).code?.startsWith("Z_")) throw error;
      // Zlib discards its output when it meets bytes that are not gzip, so it is given only the members.
      const end = await endOfMembers(file, handle, size);
      if (end === undefined) throw error;
      for await (const chunk of unpack(file, handle, end, signal)) {
        if (given < chunk.length) yield chunk.subarray(given);
        given = Math.max(0, given - chunk.length);
      }
      onRemainder?.(size - end);
    }
  } finally {
    await handle.close();
  }
}

/**
 * Whether the file is one member with a plain header that decompresses to this many bytes, and nothing after
 * it.
 */
export async function isPlainGzip(file: string, unpacked: number): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const [head, tail] = [await read(handle, 0, fixedHeaderBytes), await read(handle, size - 4, 4)];
    return (head[3]! & ~hasName) === 0 && tail.readUInt32LE() === unpacked % 2 ** 32;
  } finally {
    await handle.close();
  }
}

async function* unpack(
  file: string,
  handle: FileHandle,
  end: number,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  for (let at = 0; at < end; at = await skipZeros(handle, at, end)) {
    const stream = createGunzip({ chunkSize: chunkBytes });
    yield* through(file, at, end, stream, signal);
    at += stream.bytesWritten;
  }
}

async function* through(
  file: string,
  start: number,
  end: number,
  stream: Gunzip | InflateRaw,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const source = createReadStream(file, { start, end: end - 1, highWaterMark: chunkBytes });
  pipeline(source, stream, () => undefined);
  try {
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      yield chunk as Buffer;
    }
  } finally {
    source.destroy();
    stream.destroy();
  }
}

/** Where the members end and something else begins; undefined if nothing else does, or a member is incomplete. */
async function endOfMembers(file: string, handle: FileHandle, size: number): Promise<number | undefined> {
  let at = 0;
  while (at < size) {
    const header = await read(handle, at, 2 * chunkBytes);
    if (!(header[0] === 0x1f && header[1] === 0x8b)) return at === 0 ? undefined : at;
    const data = headerLength(header);
    if (data === undefined) return undefined;
    const stream = createInflateRaw({ chunkSize: chunkBytes });
    try {
      for await (const _ of through(file, at + data, size, stream));
    } catch {
      return undefined;
    }
    at = await skipZeros(handle, at + data + stream.bytesWritten + trailerBytes, size);
  }
  return undefined;
}

function headerLength(bytes: Buffer): number | undefined {
  const flags = bytes[3] ?? 0;
  let at = fixedHeaderBytes;
  if (flags & hasExtra) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const flag of [hasName, hasComment]) {
    if (!(flags & flag)) continue;
    const zero = bytes.indexOf(0, at);
    if (zero < 0) return undefined;
    at = zero + 1;
  }
  if (flags & hasHeaderCrc) at += 2;
  return at < bytes.length ? at : undefined;
}

/** The first byte at or after `from` that is not zero, or the end. */
async function skipZeros(handle: FileHandle, from: number, end: number): Promise<number> {
  for (let at = from; at < end; at += chunkBytes) {
    const bytes = await read(handle, at, Math.min(chunkBytes, end - at));
    const found = bytes.findIndex((byte) => byte !== 0);
    if (found >= 0) return at + found;
  }
  return Math.max(from, end);
}

async function read(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}
