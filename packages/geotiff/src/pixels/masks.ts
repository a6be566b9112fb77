import type { BlockScratch, RasterData, ReadHints, Window } from "@quadrat/core/base";
import { openBand } from "./band-reader.js";
import type { BandReader } from "./band.js";
import { fault } from "../container/fault.js";
import { sameSize } from "../container/images.js";
import type { ImageRef, ImageSet } from "../container/images.js";
import { fitsFloat32, readLayout } from "./layout.js";
import type { ImageLayout } from "./layout.js";

/** Something that hides pixels of a band: a mask within or beside the file, or an alpha band. */
export interface PixelMask {
  readonly layout: ImageLayout;
  /** Puts NaN where it is 0; any other alpha leaves a pixel unchanged. */
  apply(window: Window, data: RasterData, keep: ReadHints["keep"]): Promise<void>;
  /** Keeps as much of the image as a band of float32 would in this many bytes. */
  limitCache(bytes: number): void;
  useScratch(scratch: BlockScratch | undefined): void;
  close(): void;
}

export interface MaskOptions {
  /** The band to be masked, from 0. */
  readonly band: number;
  readonly cacheBytes: number;
  /** The alpha band, from 0, if it is to be used as a mask. */
  readonly alpha: number | undefined;
  /** The value of blocks of the alpha band that were never written. */
  readonly sparseValue: number;
}

/** The mask within or beside the file that is as large as one of its images. */
export function maskOf(images: ImageSet, image: ImageRef): ImageRef | undefined {
  return images.masks.find((candidate) => sameSize(candidate, image));
}

/** Everything that hides pixels of one band of an image. */
export async function openMasks(
  images: ImageSet,
  image: ImageRef,
  layout: ImageLayout,
  options: MaskOptions,
): Promise<PixelMask[]> {
  const readers: BandReader[] = [];
  const mask = maskOf(images, image);
  if (mask) readers.push(await openMask(mask, options));
  const { alpha: band, sparseValue } = options;
  if (band !== undefined) {
    const cacheBytes = options.cacheBytes * cacheShare(layout);
    readers.push(await openBand(image.container, image.directory, layout, { band, cacheBytes, sparseValue }));
  }
  return readers.map(pixelMask);
}

/** One for all bands, or one per band. */
async function openMask(
  { container, directory }: ImageRef,
  { band, cacheBytes }: MaskOptions,
): Promise<BandReader> {
  const layout = await readLayout(container, directory);
  if (layout.dataType !== "uint8") {
    throw fault(container.file.path, `the mask has samples of type ${layout.dataType} instead of uint8`);
  }
  return openBand(container, directory, layout, {
    band: layout.samples > band ? band : 0,
    cacheBytes: cacheBytes * cacheShare(layout),
    sparseValue: 0,
  });
}

function pixelMask(reader: BandReader): PixelMask {
  const { layout } = reader;
  const Values = layout.dataType === "uint8" ? Uint8Array : fitsFloat32(layout) ? Float32Array : Float64Array;
  return {
    layout,
    apply: async (window, data, keep) => {
      const shown = new Values(data.length);
      await reader.read(window, shown, keep);
      for (let i = 0; i < data.length; i++) if (!(shown[i]! > 0)) data[i] = NaN;
    },
    limitCache: (bytes) => reader.limitCache(bytes * cacheShare(layout)),
    useScratch: (scratch) => reader.useScratch(scratch),
    close: () => reader.close(),
  };
}

function cacheShare({ dataType }: ImageLayout): number {
  return dataType === "uint8" ? 1 / 4 : 1;
}
