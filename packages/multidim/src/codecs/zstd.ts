import { ZSTDDecoder } from "zstddec";
import { Damaged } from "../fault.js";

let loading: Promise<ZSTDDecoder> | undefined;

/** A block of 128 KiB takes at least four bytes. */
const densest = 32768;

/** Unpacks ZSTD data of at most `most` bytes. */
export async function unpackZstd(data: Uint8Array, most: number): Promise<Uint8Array> {
  if (most > densest * data.length)
    throw new Damaged(`${data.length} compressed bytes can't contain the ${most} bytes that there should be`);
  loading ??= (async () => {
    const decoder = new ZSTDDecoder();
    await decoder.init();
    return decoder;
  })();
  const bytes = (await loading).decode(data, most);
  if (bytes.length === 0 && most > 0) throw new Damaged(`corrupt ZSTD data, or more than ${most} bytes`);
  return bytes;
}
