import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { getFileNameLowLevel, openPromise, type Entry, type ZipFile } from "yauzl";
import { fileError, inputError } from "../faults.js";

const chunkBytes = 1 << 20;

/** The maximum number of entries of an archive: GBIF adds a file per dataset, of which there are some 100,000. */
const mostEntries = 1_000_000;

const [stored, deflated] = [0, 8];

/** Ways of compressing that other programs write. */
const methods: Readonly<Record<number, string>> = {
  1: "Shrink",
  6: "Implode",
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "xz",
  98: "PPMd",
  99: "AES encryption",
};

/** A file in a ZIP archive. */
export interface ZipEntry {
  /** The path of the archive. */
  readonly archive: string;
  /** The name in the archive, as written there: never used as a path. */
  readonly name: string;
  readonly entry: Entry;
}

/** What messages call a file in an archive. */
export function placeInZip(archive: string, name: string): string {
  return `${archive}/${name}`;
}

/**
 * The files in an archive, in the order of its directory.
 * @throws QuadratError if the directory is missing or damaged
 */
export async function listZip(archive: string): Promise<ZipEntry[]> {
  return withZip(archive, archive, async (zip) => {
    if (zip.entryCount > mostEntries) {
      throw inputError(
        archive,
        `the archive has ${zip.entryCount} entries, of which ${mostEntries} are allowed`,
      );
    }
    const found: ZipEntry[] = [];
    for await (const entry of zip.eachEntry()) {
      const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
      const name = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
      if (!name.endsWith("/")) found.push({ archive, name, entry });
    }
    return found;
  });
}

/**
 * Files of records shrink to a tenth or so, never to this share. Only larger ones do harm: the stated size is held to while an
 * entry is inflated.
 */
const bomb = { times: 200, bytes: 64 * 2 ** 20 };

/** @throws QuadratError if an entry is encrypted, a bomb, or compressed in a way that can't be read */
export function assertReadable({ archive, name, entry }: ZipEntry): void {
  const file = placeInZip(archive, name);
  if (entry.isEncrypted()) {
    throw inputError(file, "the file is encrypted", { hint: "pack the archive again without a password" });
  }
  const { compressionMethod: method, uncompressedSize, compressedSize } = entry;
  if (uncompressedSize > bomb.bytes && uncompressedSize > bomb.times * compressedSize) {
    const megabytes = Math.round(uncompressedSize / 1e6);
    throw inputError(
      file,
      `the file would grow to ${Math.round(uncompressedSize / compressedSize)} times its size, ${megabytes} MB: a ZIP bomb?`,
      { hint: "if it is what it should be, unpack the archive and give the path of the file" },
    );
  }
  if (method === stored || method === deflated) return;
  throw inputError(
    file,
    `the file is compressed with ${methods[method] ?? `method ${method}`}, not Deflate`,
    {
      hint: "unpack the archive and pack it again",
    },
  );
}

/**
 * The contents of a file in an archive, inflated as they are read, about a MiB at a time. They end with an error if they
 * have another length or checksum than the archive's directory says.
 */
export async function* readZipEntry(from: ZipEntry, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const { archive, name, entry } = from;
  const file = placeInZip(archive, name);
  assertReadable(from);
  const start = await withZip(archive, file, async (zip) => {
    const header = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    return header.fileDataStart;
  });
  const { uncompressedSize: size } = entry;
  let given = 0;
  let sum = 0;
  try {
    for await (const chunk of contents(from, start)) {
      signal?.throwIfAborted();
      given += chunk.length;
      if (given > size) break;
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw readError(file, cause);
  }
  if (given !== size) {
    const [is, than] = given > size ? ["longer", "more"] : ["shorter", "fewer"];
    throw damaged(file, `it is ${is} than the ${size} bytes that the archive states`, `${than} bytes`);
  }
  if (sum !== entry.crc32) throw damaged(file, "its checksum (CRC-32) is wrong");
}

/** All of a file that has at most this many bytes; undefined for a longer one. */
export async function readSmallEntry(from: ZipEntry, most: number): Promise<Buffer | undefined> {
  if (from.entry.uncompressedSize > most) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of readZipEntry(from)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* contents({ archive, entry }: ZipEntry, start: number): AsyncGenerator<Buffer> {
  const { compressedSize, compressionMethod } = entry;
  if (compressedSize === 0) return;
  const range = { start, end: start + compressedSize - 1, highWaterMark: chunkBytes };
  const source = createReadStream(archive, range);
  const stream =
    compressionMethod === stored
      ? source
      : pipeline(source, createInflateRaw({ chunkSize: chunkBytes }), () => undefined);
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } finally {
    source.destroy();
    stream.destroy();
  }
}

async function withZip<T>(archive: string, file: string, work: (zip: ZipFile) => Promise<T>): Promise<T> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(archive, { lazyEntries: true, autoClose: false, decodeStrings: false });
    return await work(zip);
  } catch (cause) {
    throw readError(file, cause);
  } finally {
    zip?.close();
  }
}

function readError(file: string, cause: unknown): unknown {
  const refused = fileError(file, cause);
  if (refused !== undefined) return refused;
  const { message } = cause as Error;
  if (/multi-disk/.test(message)) {
    return inputError(file, "the archive is one of several volumes", {
      cause,
      hint: "join them into one archive",
    });
  }
  if (/strong encryption/.test(message)) {
    return inputError(file, "the archive is encrypted", { cause, hint: "pack it again without a password" });
  }
  if (/^End of central directory/.test(message))
    return damaged(file, "its directory is not at its end", cause);
  return damaged(file, message, cause);
}

function damaged(file: string, how: string, cause?: unknown): Error {
  return inputError(file, `the ZIP archive is truncated or damaged: ${how}`, {
    cause,
    hint: "download or copy the file again",
  });
}
