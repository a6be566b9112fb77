import type { RandomAccessFile } from "@quadrat/core/base";
import { Damaged } from "../fault.js";
import { Bytes } from "./bytes.js";
import { assertChecksum, Hdf5File } from "./file.js";

const signature = "\x89HDF\r\n\x1a\n";

/** Where the superblock begins: at 0, or at 512 or a power of two above it after a block of the user's. */
export async function findSuperblock(file: RandomAccessFile): Promise<number | undefined> {
  for (let at = 0; at + 8 <= file.size && at <= 2 ** 24; at = at === 0 ? 512 : at * 2) {
    if (Buffer.from(await file.read(at, 8)).toString("latin1") === signature) return at;
  }
  return undefined;
}

/** Reads the superblock: the file with its sizes of addresses, and the address of its root group. */
export async function readSuperblock(
  file: RandomAccessFile,
  start: number,
): Promise<{ readonly hdf5: Hdf5File; readonly root: number }> {
  const data = await file.read(start, Math.min(256, file.size - start));
  const version = data[8];
  if (version === undefined || version > 3) throw new Damaged(`its superblock has version ${version}`);
  const isOld = version < 2;
  const address = data[isOld ? 13 : 9] ?? 0;
  const length = data[isOld ? 14 : 10] ?? 0;
  for (const size of [address, length]) {
    if (![2, 4, 8].includes(size)) throw new Damaged(`its addresses have ${size} bytes`);
  }
  const bytes = new Bytes(data, { address, length });
  bytes.skip(isOld ? (version === 0 ? 24 : 28) : 12);
  const base = bytes.address() ?? 0;
  bytes.address();
  const end = bytes.address();
  // Before the root group come a driver's block and the name of the root's link.
  if (isOld) bytes.skip(2 * address);
  const root = bytes.address();
  if (!isOld) {
    bytes.skip(4);
    assertChecksum(data.subarray(0, bytes.at));
  }
  if (root === undefined) throw new Damaged("it has no root group");
  if (end !== undefined && base + end > file.size) {
    throw new Damaged(`it ends at byte ${base + end}, but the file has ${file.size}: the file was cut short`);
  }
  return { hdf5: new Hdf5File(file, { address, length }, base), root };
}
