import { open } from "node:fs/promises";
import { gunzipSync, constants } from "node:zlib";

/** The bytes read from a file to estimate its number of lines. */
const headBytes = 65_536;

/** Bytes of a record in a file without lines, such as Parquet. */
const packedRecordBytes = 12;

/** Bytes of a record in a ZIP archive: of GBIF's downloads 60 to 200, most of them for columns that are not read. */
const zippedRecordBytes = 100;

/** The number of files sampled; the others count as their mean. */
const sampledFiles = 20;

/** The number of records in all files of a table. */
export async function estimateRecordsOf(files: readonly string[]): Promise<number> {
  const step = Math.max(1, Math.floor(files.length / sampledFiles));
  const sample = files.filter((_, index) => index % step === 0);
  let sum = 0;
  for (const file of sample) sum += await estimateRecords(file);
  return Math.ceil((sum * files.length) / sample.length);
}

/**
 * The number of records in a table's file, from its size and its first lines; for a compressed file, also from how well
 * these are compressed. 0 for a file that can't be read: the run will report why.
 */
export async function estimateRecords(path: string): Promise<number> {
  const file = await open(path, "r").catch(() => undefined);
  if (!file) return 0;
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(headBytes, size));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    const head = buffer.subarray(0, bytesRead);
    const text = unpacked(head);
    if (head.subarray(0, 2).toString("latin1") === "PK") return Math.ceil(size / zippedRecordBytes);
    if (text.subarray(0, 4).toString("latin1") === "PAR1") return Math.ceil(size / packedRecordBytes);
    const lines = text.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
    if (head.length === size) return Math.max(0, lines + (text.at(-1) === 0x0a ? 0 : 1) - 1);
    if (lines < 2) return Math.ceil(size / packedRecordBytes);
    const packing = text.length / head.length;
    return Math.ceil(((size * packing) / text.length) * lines);
  } catch {
    return 0;
  } finally {
    await file.close();
  }
}

function unpacked(head: Buffer): Buffer {
  if (!(head[0] === 0x1f && head[1] === 0x8b)) return head;
  return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 2 ** 24 });
}
