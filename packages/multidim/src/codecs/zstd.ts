import { ZSTDDecoder } from "zstddec";
import { Damaged } from "../fault.js";

let loading: Promise<ZSTDDecoder> | undefined;

/** Unpacks ZSTD data of at most `most` bytes. */
export async function unpackZstd(data: Uint8Array, most: number): Promise<Uint8Array> {
  loading ??= (async () => {
    const decoder = new ZSTDDecoder();
    await decoder.init();
    return decoder;
  })();
  const bytes = (await loading).decode(data, most);
  if (bytes.length === 0 && most > 0) throw new Damaged(`corrupt ZSTD data, or more than ${most} bytes`);
  return bytes;
}
