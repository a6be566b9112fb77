import { readText } from "../container/field-values.js";
import { openImages } from "../container/images.js";
import { Tag } from "../container/tags.js";
import { findItem, unescaped } from "./gdal-metadata.js";

/** Names of items of GDAL_METADATA that state a licence, in lower case. */
const names = ["license", "licence", "rights"];

/**
 * The licence that a file states: in an item of the GDAL_METADATA tag, else in the tag Copyright. Undefined if it states none.
 * @throws QuadratError of kind "input" if the file is damaged
 */
export async function licenseOfGeoTiff(path: string): Promise<string | undefined> {
  const images = await openImages(path);
  try {
    const { container, directory } = images.main;
    const xml = (await readText(container, directory, Tag.GDAL_METADATA)) ?? "";
    // GDAL escapes items twice.
    const item = names.map((name) => unescaped(findItem(xml, name) ?? "")).find((text) => text !== "");
    return item ?? ((await readText(container, directory, Tag.Copyright))?.trim() || undefined);
  } finally {
    await images.close();
  }
}
