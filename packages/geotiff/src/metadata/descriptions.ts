import { readText } from "../container/field-values.js";
import type { ImageSet } from "../container/images.js";
import { Tag } from "../container/tags.js";
import { readAuxDescriptions } from "./aux-xml.js";
import { findDescriptions } from "./gdal-metadata.js";

/** The descriptions of all bands, from 0: those of `<file>.aux.xml`, else of the GDAL_METADATA tag. */
export async function readDescriptions(
  { main }: ImageSet,
  path: string,
  bands: number,
): Promise<(string | undefined)[]> {
  const beside = await readAuxDescriptions(path);
  const xml = (await readText(main.container, main.directory, Tag.GDAL_METADATA)) ?? "";
  const inFile = findDescriptions(xml);
  return Array.from({ length: bands }, (_, band) => (beside.get(band) ?? inFile.get(band)) || undefined);
}
