import { basename } from "node:path";
import { isAddress, quietly, QuadratError } from "@quadrat/core/base";
import type { Affine, RasterArray, RasterData, RasterSource, Window } from "@quadrat/core/base";
import { auxXmlOf } from "./metadata/aux-xml.js";
import { openBand } from "./pixels/band-reader.js";
import type { BandReader } from "./pixels/band.js";
import type { CrsLookup } from "./georeference/crs-lookup.js";
import { fault } from "./container/fault.js";
import { companionsOf, openImages } from "./container/images.js";
import type { ImageSet } from "./container/images.js";
import { blockSizeOf, fitsFloat32, readLayout, sampleBytesOf } from "./pixels/layout.js";
import type { ImageLayout } from "./pixels/layout.js";
import { maskOf, openMasks } from "./pixels/masks.js";
import { readMetadata } from "./metadata/metadata.js";
import type { BandMetadata } from "./metadata/metadata.js";
import type { Scaling } from "./metadata/gdal-metadata.js";
import { worldFilesOf } from "./georeference/world-file.js";

export interface GeoTiffOptions {
  readonly path: string;
  /** From 1. */
  readonly band: number;
  /** Overrides the file's nodata value (as stored, before scale and offset); null ignores it. */
  readonly nodata?: number | null | undefined;
  /** Overrides the file's CRS. */
  readonly crs?: string | undefined;
  /** mask (default): pixels have no value where the file's alpha band is 0. ignore: it hides nothing. */
  readonly alpha?: "mask" | "ignore" | undefined;
  /** Apply the band's scale and offset. */
  readonly scaled: boolean;
  /** An overview by its number in `overviews`, from 0, in place of the full resolution. */
  readonly overview?: number | undefined;
  /** Bytes of decoded blocks kept for the next windows; default 32 MiB. */
  readonly cacheBytes?: number | undefined;
  /** The register to use if the file defines a CRS on a datum that it only names. */
  readonly lookup?: CrsLookup | undefined;
}

/** A reduced copy of the image within the file or beside it. */
export interface OverviewLevel {
  readonly width: number;
  readonly height: number;
}

export interface GeoTiffSource extends RasterSource {
  /** Finest first. */
  readonly overviews: readonly OverviewLevel[];
}

/**
 * Paths of all files that a GeoTIFF may consist of, whether or not they exist; its own comes first. At an address it is a file
 * by itself.
 */
export function filesOfGeoTiff(path: string): string[] {
  if (isAddress(path)) return [path];
  const { overviews, masks } = companionsOf(path);
  return [path, overviews, ...masks, auxXmlOf(path), ...worldFilesOf(path)];
}

const defaultCacheBytes = 32 * 2 ** 20;

/**
 * Opens one band of a GeoTIFF: classic or BigTIFF, of either byte order, in strips or tiles.
 *
 * The affine map is the file's own: south-up (e > 0) and rotated images are returned as they are, and only the half
 * pixel of PixelIsPoint is subtracted. Values are float32 if that can represent every sample (8 and 16-bit integers,
 * float32), else float64; a band with scale or offset is always float64.
 *
 * @throws QuadratError of kind "input" if the file is damaged, of an unsupported kind, or not georeferenced, and of
 * kind "usage" if it does not have the band or overview
 */
export async function openGeoTiff(options: GeoTiffOptions): Promise<GeoTiffSource> {
  const images = await openImages(options.path);
  try {
    return await openSource(images, options);
  } catch (error) {
    await quietly(() => images.close());
    throw error;
  }
}

async function openSource(images: ImageSet, options: GeoTiffOptions): Promise<GeoTiffSource> {
  const { path } = options;
  const full = await readLayout(images.main.container, images.main.directory);
  checkBand(options, full);
  const metadata = await readMetadata(images, options, full);
  const { affine, nodata, scaling, warnings } = metadata;
  if (!affine) throw notGeoreferenced(path, metadata);

  const { image, layout } = await chooseImage(images, options, full);
  const cacheBytes = options.cacheBytes ?? defaultCacheBytes;
  const band = await openBand(image.container, image.directory, layout, {
    band: options.band - 1,
    cacheBytes,
    sparseValue: metadata.sparseValue,
    nodata,
  });
  const alpha = usedAlpha(options, metadata);
  const { sparseValue } = metadata;
  const masks = await openMasks(images, image, layout, {
    band: options.band - 1,
    cacheBytes,
    alpha,
    sparseValue,
  });
  const readers = [band, ...masks];
  // Unless bands have separate blocks, alpha was not written either, and hides these pixels.
  const sparseHidden = alpha !== undefined && !layout.planar;
  const Values = !scaling && fitsFloat32(layout) ? Float32Array : Float64Array;
  const imageFiles = [images.main, image, maskOf(images, image)].flatMap(
    (one) => one?.container.file.path ?? [],
  );

  return {
    width: layout.width,
    height: layout.height,
    affine: scaleAffine(affine, full.width / layout.width, full.height / layout.height),
    crs: options.crs ?? metadata.crs,
    dataType: scaling ? "float64" : layout.dataType,
    blockSize: blockSizeOf(layout),
    warnings: [...warnings, ...sparseWarning(band, metadata, sparseHidden)],
    classes: metadata.classes,
    files: [...new Set([...imageFiles, ...metadata.sideFiles])],
    overviews: images.overviews.map(({ width, height }) => ({ width, height })),
    read: async (window, { buffer, keep } = {}) => {
      checkWindow(path, window, layout);
      const count = window.width * window.height;
      const fits = buffer && buffer.byteLength >= count * Values.BYTES_PER_ELEMENT;
      const data = fits ? new Values(buffer, 0, count) : new Values(count);
      await band.read(window, data, keep);
      if (scaling) applyScaling(data, scaling);
      for (const mask of masks) await mask.apply(window, data, keep);
      return { window, data } satisfies RasterArray;
    },
    limitCache: (bytes) => {
      band.limitCache(bytes);
      for (const mask of masks) mask.limitCache(bytes);
    },
    scratchBlocks: {
      count: readers.reduce((sum, { layout }) => sum + blockCount(layout), 0),
      bytes: Math.max(...readers.map(({ layout }) => sampleBytesOf(layout))),
    },
    useScratch: (scratch) => {
      let own = scratch;
      for (const reader of readers) {
        reader.useScratch(own);
        own = own?.after(blockCount(reader.layout));
      }
    },
    sequential: readers.some(({ layout }) => layout.streamedRows !== undefined),
    close: () => {
      band.close();
      for (const mask of masks) mask.close();
      return images.close();
    },
  };
}

function blockCount({ blocksAcross, blocksDown }: ImageLayout): number {
  return blocksAcross * blocksDown;
}

/** The alpha band, from 0, unless it is the band that is read. */
function usedAlpha({ alpha, band }: GeoTiffOptions, { alphaBand }: BandMetadata): number | undefined {
  return alpha === "ignore" || alphaBand === band - 1 ? undefined : alphaBand;
}

/** Blocks without data are acceptable as long as their meaning is clear. */
function sparseWarning(
  { blocks, sparse }: BandReader,
  { nodataValue }: BandMetadata,
  hidden: boolean,
): string[] {
  if (sparse === 0) return [];
  if (sparse === blocks) return ["none of the file's pixels were ever written"];
  if (nodataValue !== undefined || hidden) return [];
  return [
    `${sparse} of ${blocks} blocks were never written and the file has no nodata value: they are read as 0`,
  ];
}

function applyScaling(data: RasterData, { scale, offset }: Scaling): void {
  for (let i = 0; i < data.length; i++) data[i] = data[i]! * scale + offset;
}

async function chooseImage(images: ImageSet, options: GeoTiffOptions, full: ImageLayout) {
  if (options.overview === undefined) return { image: images.main, layout: full };
  const image = images.overviews[options.overview];
  if (!image) {
    throw new QuadratError(
      "usage",
      `overview ${options.overview} does not exist: the file has ${images.overviews.length}`,
      {
        place: { file: options.path },
      },
    );
  }
  const layout = await readLayout(image.container, image.directory);
  if (layout.samples !== full.samples || layout.dataType !== full.dataType) {
    throw fault(
      image.container.file.path,
      `overview ${options.overview} has different bands or sample types than the image`,
    );
  }
  return { image, layout };
}

function checkBand({ path, band }: GeoTiffOptions, { samples }: ImageLayout): void {
  if (Number.isInteger(band) && band >= 1 && band <= samples) return;
  throw new QuadratError("usage", `band ${band} does not exist: ${basename(path)} has ${samples}`, {
    hint: `bands are counted from 1`,
    place: { file: path, key: "band" },
  });
}

function checkWindow(path: string, { col, row, width, height }: Window, layout: ImageLayout): void {
  const whole = [col, row, width, height].every(Number.isInteger);
  const inside = col >= 0 && row >= 0 && col + width <= layout.width && row + height <= layout.height;
  if (whole && inside && width > 0 && height > 0) return;
  throw new QuadratError(
    "internal",
    `window ${col}, ${row}, ${width} x ${height} is not inside the ${layout.width} x ${layout.height} pixels`,
    { place: { file: path } },
  );
}

function scaleAffine({ a, b, c, d, e, f }: Affine, across: number, down: number): Affine {
  return { a: a * across, b: b * down, c, d: d * across, e: e * down, f };
}

function notGeoreferenced(path: string, { controlPoints, hasRpcs }: BandMetadata) {
  if (controlPoints > 0) {
    return fault(
      path,
      `the image is georeferenced only by ${controlPoints} ground control points, which do not determine the exact position of pixels`,
      {
        hint: "warp it first: gdalwarp -t_srs EPSG:4326 in.tif out.tif",
      },
    );
  }
  if (hasRpcs) {
    return fault(path, "the image is georeferenced only by rational polynomial coefficients (RPCs)", {
      hint: "orthorectify it first: gdalwarp -rpc -t_srs EPSG:4326 in.tif out.tif",
    });
  }
  return fault(
    path,
    "the image has no georeferencing: neither tags nor a world file (.tfw, .wld) state its position",
    {
      hint: "add it: gdal_translate -a_srs EPSG:4326 -a_ullr XMIN YMAX XMAX YMIN in.tif out.tif",
    },
  );
}
