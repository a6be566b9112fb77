import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { readZipEntry } from "../archive/zip.js";
import { fileError, inputError } from "../faults.js";
import { gunzipFile } from "./gzip.js";
import type { Packing } from "./packing.js";

const chunkBytes = 1 << 20;

/**
 * The decompressed bytes of a file, about a MiB at a time.
 * @param onRemainder called with the number of bytes after the gzip data that do not belong to it
 */
export async function* readBytes(
  file: string,
  packing: Packing,
  signal?: AbortSignal,
  onRemainder?: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  try {
    if (packing === "none") yield* readPlain(file, signal);
    else if (packing === "gzip") yield* gunzipFile(file, signal, onRemainder);
    else yield* readZipEntry(packing.entry, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw readError(file, cause);
  }
}

async function* readPlain(file: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const source = createReadStream(file, { highWaterMark: chunkBytes });
  try {
    for await (const chunk of source) {
      signal?.throwIfAborted();
      yield chunk as Buffer;
    }
  } finally {
    source.destroy();
  }
}

/** The same, where each chunk may be used only until the next one is asked for: so that a large file needs no more than two. */
export async function* lendBytes(...request: Parameters<typeof readBytes>): AsyncGenerator<Buffer> {
  const [file, packing, signal] = request;
  if (packing !== "none") {
    yield* readBytes(...request);
    return;
  }
  try {
    yield* lendPlain(file, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw readError(file, cause);
  }
}

async function* lendPlain(file: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const source = await open(file);
  let reading: Promise<unknown> | undefined;
  try {
    const read = (block: Buffer): Promise<Buffer> => {
      const next = source
        .read(block, 0, chunkBytes, null)
        .then(({ bytesRead }) => block.subarray(0, bytesRead));
      next.catch(() => undefined);
      reading = next;
      return next;
    };
    let [block, other] = [Buffer.allocUnsafeSlow(chunkBytes), Buffer.allocUnsafeSlow(chunkBytes)];
    let next = read(block);
    for (let chunk = await next; chunk.length > 0; chunk = await next) {
      signal?.throwIfAborted();
      [block, other] = [other, block];
      next = read(block);
      yield chunk;
    }
  } finally {
    await reading?.catch(() => undefined);
    await source.close();
  }
}

/** The first decompressed bytes of a file: all of it if it is no longer than `length`. */
export async function readHead(
  file: string,
  packing: Packing,
  length: number,
): Promise<{ head: Buffer; whole: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of readBytes(file, packing)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > length) return { head: Buffer.concat(chunks).subarray(0, length), whole: false };
  }
  return { head: Buffer.concat(chunks), whole: true };
}

function readError(file: string, cause: unknown): unknown {
  const refused = fileError(file, cause);
  if (refused !== undefined) return refused;
  const { code = "", message } = cause as NodeJS.ErrnoException;
  if (code === "") return inputError(file, message, { cause });
  const fault = code === "Z_BUF_ERROR" ? "ends early: the file is truncated" : `is damaged (${message})`;
  return inputError(file, `the gzip data ${fault}`, { cause, hint: "download or copy the file again" });
}
