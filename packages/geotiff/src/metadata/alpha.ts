import { readNumbers, readText } from "../container/field-values.js";
import { findColourInterpretation } from "./gdal-metadata.js";
import type { ImageRef } from "../container/images.js";
import { Tag } from "../container/tags.js";

/** ExtraSamples: alpha with colours that are multiplied by it, and with colours that are not. */
const alphaSamples: readonly number[] = [1, 2];

/**
 * The alpha band of an image, from 0: the last one so called by ExtraSamples or GDAL. GDAL's names take precedence over
 * the tag, and those of `<file>.aux.xml` over those in the file.
 * @param colours the names in `<file>.aux.xml`, by band from 1
 */
export async function findAlphaBand(
  { container, directory }: ImageRef,
  samples: number,
  colours: ReadonlyMap<number, string> = new Map(),
): Promise<number | undefined> {
  if (samples === 1) return undefined;
  const extra = (await readNumbers(container, directory, Tag.ExtraSamples)) ?? [];
  const xml = (await readText(container, directory, Tag.GDAL_METADATA)) ?? "";
  for (let band = samples - 1; band >= 0; band--) {
    const colour = colours.get(band + 1) ?? findColourInterpretation(xml, band);
    // The extra samples are the last ones of a pixel.
    const kind = extra[band - samples + extra.length];
    const isAlpha =
      colour === undefined
        ? kind !== undefined && alphaSamples.includes(kind)
        : colour.toLowerCase() === "alpha";
    if (isAlpha) return band;
  }
  return undefined;
}
