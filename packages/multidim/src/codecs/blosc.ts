import { Damaged } from "../fault.js";

interface Decoder {
  decode(data: Uint8Array): Promise<Uint8Array>;
}

/** No codec that Blosc uses packs more into a byte. */
const densest = 32768;

let loading: Promise<Decoder> | undefined;

/** Unpacks a Blosc buffer of at most `most` bytes. Its header is checked before anything is allocated. */
export async function unpackBlosc(data: Uint8Array, most: number): Promise<Uint8Array> {
  if (data.length < 16) throw new Damaged("Blosc data of fewer than 16 bytes");
  const header = new DataView(data.buffer, data.byteOffset, 16);
  const [bytes, packed] = [header.getUint32(4, true), header.getUint32(12, true)];
  if (bytes > most) throw new Damaged(`Blosc data of ${bytes} bytes instead of ${most}`);
  if (packed > data.length)
    throw new Damaged(`Blosc data of ${packed} bytes, of which there are ${data.length}`);
  if (bytes > densest * data.length)
    throw new Damaged(`Blosc data of ${data.length} bytes can't contain ${bytes}`);
  if (bytes === 0) return new Uint8Array(0);
  loading ??= load();
  const decoder = await loading;
  const out = await decoder.decode(data).catch((error: unknown) => {
    throw new Damaged(`corrupt Blosc data: ${String(error)}`, { cause: error });
  });
  if (out.length !== bytes) throw new Damaged(`Blosc data of ${out.length} bytes instead of ${bytes}`);
  return out;
}

/** The types of the package name others that it does not have. */
async function load(): Promise<Decoder> {
  const { default: Blosc } = (await import("numcodecs/blosc")) as unknown as {
    readonly default: new () => Decoder;
  };
  return new Blosc();
}
