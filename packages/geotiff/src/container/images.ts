import { openFile, fileExists } from "@quadrat/core/base";
import { readContainer } from "./container.js";
import type { Directory, TiffContainer } from "./container.js";
import { readCount } from "./field-values.js";
import { Tag } from "./tags.js";

/** An image and its location: in the file itself or in one beside it. */
export interface ImageRef {
  readonly container: TiffContainer;
  readonly directory: Directory;
  readonly width: number;
  readonly height: number;
}

/** The images of a dataset: the full one, its overviews, and the masks of both. */
export interface ImageSet {
  readonly main: ImageRef;
  /** Finest first. */
  readonly overviews: readonly ImageRef[];
  readonly masks: readonly ImageRef[];
  /** Other full images in the file, which are not read. */
  readonly pages: number;
  close(): Promise<void>;
}

const reducedImage = 1;
const transparencyMask = 4;

/** Paths of GDAL's companions of a file: overviews, its mask, and the overviews of the mask. */
export function companionsOf(path: string): { overviews: string; masks: readonly string[] } {
  return { overviews: `${path}.ovr`, masks: [`${path}.msk`, `${path}.msk.ovr`] };
}

/**
 * Opens a file together with GDAL's companions `<file>.ovr` (overviews, if the file has none) and `<file>.msk` (mask).
 * @throws QuadratError of kind "input" if one of them is damaged
 */
export async function openImages(path: string): Promise<ImageSet> {
  const containers: TiffContainer[] = [];
  const close = async () => {
    await Promise.all(containers.map(({ file }) => file.close()));
  };
  const open = async (file: string) => {
    const container = await openContainer(file);
    containers.push(container);
    return container;
  };
  try {
    const own = sortImages(await listImages(await open(path)), true);
    const overviews = [...own.overviews];
    const masks = [...own.masks];
    const companions = companionsOf(path);
    if (overviews.length === 0 && (await fileExists(companions.overviews))) {
      const outside = sortImages(await listImages(await open(companions.overviews)), false);
      overviews.push(...outside.overviews);
      masks.push(...outside.masks);
    }
    for (const mask of companions.masks) {
      if (await fileExists(mask))
        masks.push(...(await listImages(await open(mask))).map(({ image }) => image));
    }
    overviews.sort((one, other) => other.width * other.height - one.width * one.height);
    const { main, pages } = own;
    const masked = (image: ImageRef) => masks.some((mask) => sameSize(mask, image));
    // Without its mask an overview would show what the mask hides.
    const usable = masked(main) ? overviews.filter(masked) : overviews;
    return { main, overviews: usable, masks, pages, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** True when two images have the same width and height. */
export function sameSize(one: ImageRef, other: ImageRef): boolean {
  return one.width === other.width && one.height === other.height;
}

async function openContainer(path: string): Promise<TiffContainer> {
  const file = await openFile(path);
  try {
    return await readContainer(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface ListedImage {
  readonly image: ImageRef;
  readonly subfileType: number;
}

async function listImages(container: TiffContainer): Promise<[ListedImage, ...ListedImage[]]> {
  const list = async (directory: Directory): Promise<ListedImage> => {
    const width = (await readCount(container, directory, Tag.ImageWidth)) ?? 0;
    const height = (await readCount(container, directory, Tag.ImageLength)) ?? 0;
    const subfileType = (await readCount(container, directory, Tag.NewSubfileType)) ?? 0;
    return { image: { container, directory, width, height }, subfileType };
  };
  const [first, ...rest] = container.directories;
  const images: [ListedImage, ...ListedImage[]] = [await list(first)];
  for (const directory of rest) images.push(await list(directory));
  return images;
}

/** @param hasMain whether the first image is the full one; it is an overview in `.ovr` files */
function sortImages(images: readonly [ListedImage, ...ListedImage[]], hasMain: boolean) {
  const main = images[0].image;
  const others = hasMain ? images.slice(1) : images;
  const is = (bit: number) => (listed: ListedImage) => (listed.subfileType & bit) !== 0;
  const masks = others.filter(is(transparencyMask)).map(({ image }) => image);
  const pictures = others.filter((listed) => !is(transparencyMask)(listed));
  const overviews = (hasMain ? pictures.filter(is(reducedImage)) : pictures).map(({ image }) => image);
  return { main, masks, overviews, pages: pictures.length - (hasMain ? overviews.length : pictures.length) };
}
