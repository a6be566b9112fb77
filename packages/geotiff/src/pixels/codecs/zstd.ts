import { ZSTDDecoder } from "zstddec";
import { CorruptBlock } from "../../container/fault.js";
import type { BlockDecoder } from "./codec.js";

/** Loads the decoder; it keeps the memory of one block as long as the thread lives. */
export async function loadZstd(): Promise<(data: Uint8Array, most: number) => Uint8Array<ArrayBuffer>> {
  const decoder = new ZSTDDecoder();
  await decoder.init();
  // Asked for at most `most` bytes, the decoder returns none for data that are damaged or contain more.
  return (data, most) => {
    const bytes = decoder.decode(data, most);
    if (bytes.length === 0)
      throw new CorruptBlock(`corrupt ZSTD data, or more than the ${most} bytes of its pixels`);
    return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
  };
}

export async function createZstd(): Promise<BlockDecoder> {
  const decode = await loadZstd();
  return (data, { fullRows, rowBytes }) => decode(data, fullRows * rowBytes);
}
