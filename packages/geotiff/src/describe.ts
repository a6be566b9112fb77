import { openFile, type Affine, type DataType } from "@quadrat/core/base";
import { compressionName } from "./container/compression.js";
import type { CrsLookup } from "./georeference/crs-lookup.js";
import { readContainer } from "./container/container.js";
import { readCount } from "./container/field-values.js";
import { openImages } from "./container/images.js";
import { blockSizeOf, readLayout } from "./pixels/layout.js";
import { readDescriptions } from "./metadata/descriptions.js";
import { readMetadata } from "./metadata/metadata.js";
import type { OverviewLevel } from "./source.js";
import { Tag } from "./container/tags.js";

/** What a file consists of, without reading its pixels. */
export interface GeoTiffDescription {
  readonly width: number;
  readonly height: number;
  /** The number of samples per pixel, including alpha. */
  readonly bands: number;
  /** The type of the samples as stored. */
  readonly dataType: DataType;
  readonly compression: string;
  readonly blockSize: { readonly width: number; readonly height: number };
  readonly tiled: boolean;
  /** undefined if the file is not georeferenced. */
  readonly affine: Affine | undefined;
  readonly crs: string | undefined;
  /** The nodata value of the first band, as stored. */
  readonly nodata: number | undefined;
  /** Finest first; the position in this list is the `overview` of `openGeoTiff`. */
  readonly overviews: readonly OverviewLevel[];
  readonly hasMask: boolean;
  /** Counted from 1; undefined if no band is alpha. */
  readonly alphaBand: number | undefined;
  /** By band, from 0; undefined for a band without a description. */
  readonly descriptions: readonly (string | undefined)[];
  readonly warnings: readonly string[];
}

/**
 * Describes a GeoTIFF. Files that `openGeoTiff` refuses for lack of georeferencing are described too.
 * @throws QuadratError of kind "input" if the file is damaged or of an unsupported kind
 */
export async function describeGeoTiff(path: string, lookup?: CrsLookup): Promise<GeoTiffDescription> {
  const images = await openImages(path);
  try {
    const layout = await readLayout(images.main.container, images.main.directory);
    const metadata = await readMetadata(images, { path, band: 1, scaled: true, lookup }, layout);
    return {
      width: layout.width,
      height: layout.height,
      bands: layout.samples,
      dataType: layout.dataType,
      compression: compressionName(layout.compression),
      blockSize: blockSizeOf(layout),
      tiled: layout.tiled,
      affine: metadata.affine,
      crs: metadata.crs,
      nodata: metadata.nodataValue,
      overviews: images.overviews.map(({ width, height }) => ({ width, height })),
      hasMask: images.masks.length > 0,
      alphaBand: metadata.alphaBand === undefined ? undefined : metadata.alphaBand + 1,
      descriptions: await readDescriptions(images, path, layout.samples),
      warnings: metadata.warnings,
    };
  } finally {
    await images.close();
  }
}

/** The header of a TIFF file: its format and its images in the order of the file. */
export interface GeoTiffHeader {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  /** The size of the file in bytes. */
  readonly size: number;
  readonly images: readonly {
    readonly width: number;
    readonly height: number;
    /** NewSubfileType: bit 0 an overview, bit 2 a mask. */
    readonly subfileType: number;
    readonly compression: string;
    /** The tags that the image has. */
    readonly tags: readonly number[];
  }[];
}

/**
 * Reads only the header, of any TIFF.
 * @throws QuadratError of kind "input" if the file is not a TIFF or is truncated within the header
 */
export async function readGeoTiffHeader(path: string): Promise<GeoTiffHeader> {
  const file = await openFile(path);
  try {
    const container = await readContainer(file);
    const images = [];
    for (const directory of container.directories) {
      const count = async (tag: number) => readCount(container, directory, tag);
      images.push({
        width: (await count(Tag.ImageWidth)) ?? 0,
        height: (await count(Tag.ImageLength)) ?? 0,
        subfileType: (await count(Tag.NewSubfileType)) ?? 0,
        compression: compressionName((await count(Tag.Compression)) ?? 1),
        tags: [...directory.fields.keys()],
      });
    }
    return { littleEndian: container.littleEndian, bigTiff: container.bigTiff, size: file.size, images };
  } finally {
    await file.close();
  }
}
