import { createRequire } from "node:module";
import type * as Lerc from "lerc";
import { CorruptBlock } from "../fault.js";
import type { ImageLayout } from "../layout.js";
import type { BlockDecoder } from "./codec.js";
import { inflate } from "./deflate.js";
import { loadZstd } from "./zstd.js";

/** The second number of the LercParameters tag. */
const wrapped = { none: 0, deflate: 1, zstd: 2 } as const;

/** LERC's number of each sample type. */
const dataTypes: Readonly<Record<string, number>> = {
  ...{ int8: 0, uint8: 1, int16: 2, uint16: 3, int32: 4, uint32: 5, float32: 6, float64: 7 },
};

/** LERC blocks, compressed once more or not; pixels that a block marks as invalid become NaN where the type has one. */
export async function createLerc(layout: ImageLayout, parameters: readonly number[]): Promise<BlockDecoder> {
  // The package's ES module has no file name that Node takes for one.
  const lerc = createRequire(import.meta.url)("lerc") as typeof Lerc;
  await lerc.load();
  const unwrap = await createUnwrap(parameters[1] ?? wrapped.none);
  const depth = layout.planar ? 1 : layout.samples;

  return (data, { width, rows, fullRows, rowBytes }) => {
    const blob = unwrap(data, 2 * fullRows * rowBytes + 4096);
    const info = corruptUnless(() => lerc.getBlobInfo(blob));
    const fits =
      info.width === width &&
      info.height >= rows &&
      info.height <= fullRows &&
      info.depthCount === depth &&
      info.bandCount === 1 &&
      info.dataType === dataTypes[layout.dataType];
    if (!fits) {
      throw new CorruptBlock(
        `corrupt LERC data: ${info.width} x ${info.height} pixels of ${info.depthCount} samples (type ${info.dataType}), not ${width} x ${rows} of ${depth}`,
      );
    }
    const { pixels, mask } = corruptUnless(() => lerc.decode(blob, { returnInterleaved: true }));
    const values = pixels[0]!;
    if (mask && layout.format === "float") {
      for (let i = 0; i < values.length; i++) if (!mask[Math.floor(i / depth)]) values[i] = NaN;
    }
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  };
}

function corruptUnless<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new CorruptBlock(`corrupt LERC data (${cause instanceof Error ? cause.message : String(cause)})`, {
      cause,
    });
  }
}

async function createUnwrap(scheme: number): Promise<(data: Uint8Array, most: number) => Uint8Array> {
  if (scheme === wrapped.none) return (data) => data;
  if (scheme === wrapped.deflate) return inflate;
  if (scheme === wrapped.zstd) return loadZstd();
  throw new CorruptBlock(`LERC within compression scheme ${scheme} is not supported`);
}
