import { createRequire } from "node:module";
import type * as Lerc from "lerc";
import { CorruptBlock } from "../../container/fault.js";
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

/**
 * LERC blocks, possibly compressed once more; samples that a block marks as invalid become NaN, which only floats have.
 *
 * As libtiff writes them, a block holds the samples of a pixel together or, if bands have masks of their own, band by band;
 * an alpha of 8 bits that is 0 or 255 everywhere is omitted and becomes the mask.
 */
export async function createLerc(layout: ImageLayout, parameters: readonly number[]): Promise<BlockDecoder> {
  // Node does not recognise the package's ES module by its file name.
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
      info.dataType === dataTypes[layout.dataType];
    const arrange = fits && arrangement(info, depth);
    if (!arrange) {
      throw new CorruptBlock(
        `corrupt LERC data: ${info.width} x ${info.height} pixels of ${info.depthCount} samples (type ${info.dataType}), not ${width} x ${rows} of ${depth}`,
      );
    }
    const values = arrange(
      corruptUnless(() => lerc.decode(blob, { returnInterleaved: true })),
      depth,
    );
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  };
}

/** Arranges the decoded samples pixel by pixel, `depth` samples each. */
type Arrange = (decoded: Lerc.LercData, depth: number) => Lerc.PixelTypedArray;

function arrangement(info: Lerc.LercHeaderInfo, depth: number): Arrange | undefined {
  const { bandCount, depthCount, dataType } = info;
  if (bandCount === 1 && depthCount === depth) return blankInvalid;
  if (bandCount === 1 && depthCount === depth - 1 && dataType === dataTypes.uint8) return addAlpha;
  return bandCount === depth && depthCount === 1 ? interleave : undefined;
}

function blankInvalid({ pixels, mask, noDataValues }: Lerc.LercData, depth: number): Lerc.PixelTypedArray {
  const values = pixels[0]!;
  const missing = noDataValues?.[0] ?? undefined;
  if (mask || missing !== undefined) {
    assertFloat(values);
    for (let i = 0; i < values.length; i++) {
      if ((mask && !mask[Math.floor(i / depth)]) || values[i] === missing) values[i] = NaN;
    }
  }
  return values;
}

function addAlpha({ pixels, mask }: Lerc.LercData, depth: number): Lerc.PixelTypedArray {
  const colours = pixels[0]!;
  const colourDepth = depth - 1;
  const count = colours.length / colourDepth;
  const values = new Uint8Array(count * depth);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < colourDepth; k++) values[i * depth + k] = colours[i * colourDepth + k]!;
    values[i * depth + colourDepth] = !mask || mask[i] ? 255 : 0;
  }
  return values;
}

function interleave(decoded: Lerc.LercData, depth: number): Lerc.PixelTypedArray {
  const { pixels, mask, bandMasks, noDataValues } = decoded;
  const Values = pixels[0]!.constructor as new (length: number) => Lerc.PixelTypedArray;
  const values = new Values(pixels[0]!.length * depth);
  for (const [band, samples] of pixels.entries()) {
    const own = {
      ...decoded,
      pixels: [samples],
      mask: bandMasks?.[band] ?? mask,
      noDataValues: noDataValues && [noDataValues[band] ?? null],
    };
    const blanked = blankInvalid(own, 1);
    for (let i = 0, to = band; i < blanked.length; i++, to += depth) values[to] = blanked[i]!;
  }
  return values;
}

/** GDAL can't read such a file either. */
function assertFloat(values: Lerc.PixelTypedArray): void {
  if (values instanceof Float32Array || values instanceof Float64Array) return;
  throw new CorruptBlock(
    "its LERC mask marks pixels as invalid, which can't be expressed by whole numbers without an alpha band",
  );
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
