/** The scaling of a band's stored values: `value = stored * scale + offset`. */
export interface Scaling {
  readonly scale: number;
  readonly offset: number;
}

/**
 * Finds the scale and offset of one band in the XML of the GDAL_METADATA tag.
 * @param band from 0
 * @returns undefined if the band has none, or if they change nothing
 */
export function findScaling(xml: string, band: number): Scaling | undefined {
  const scale = item(xml, "scale", band) ?? 1;
  const offset = item(xml, "offset", band) ?? 0;
  return scale === 1 && offset === 0 ? undefined : { scale, offset };
}

/** The colour interpretation of one band, from 0, in the same XML: Red, Alpha, Undefined and so on. */
export function findColourInterpretation(xml: string, band: number): string | undefined {
  return itemText(xml, "role", "colorinterp", band);
}

/**
 * Whether the XML of the GDAL_METADATA tag declares a band thematic.
 * @param band from 0
 */
export function isThematic(xml: string, band: number): boolean {
  return itemText(xml, "name", "LAYER_TYPE", band)?.toLowerCase() === "thematic";
}

/** The descriptions of bands, from 0, in the same XML. */
export function findDescriptions(xml: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const [, attributes, text] of xml.matchAll(/<Item\s([^>]*)>([^<]*)<\/Item>/g)) {
    if (attribute(attributes!, "role") !== "description") continue;
    found.set(Number(attribute(attributes!, "sample") ?? 0), unescaped(text!.trim()));
  }
  return found;
}

/** The text of an item of the whole file, by its name in lower case. */
export function findItem(xml: string, name: string): string | undefined {
  for (const [, attributes, text] of xml.matchAll(/<Item\s([^>]*)>([^<]*)<\/Item>/g)) {
    if (attribute(attributes!, "sample") !== undefined) continue;
    if (attribute(attributes!, "name")?.toLowerCase() === name) return unescaped(text!.trim());
  }
  return undefined;
}

const entities: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: "<", gt: ">", amp: "&" };

/** The text that XML stands for. */
export function unescaped(xml: string): string {
  return xml.replace(
    /&(?:(quot|apos|lt|gt|amp)|#(\d+)|#x([\da-f]+));/gi,
    (all: string, name?: string, decimal?: string, hex?: string) => {
      if (name !== undefined) return entities[name.toLowerCase()]!;
      const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

function item(xml: string, role: string, band: number): number | undefined {
  const text = itemText(xml, "role", role, band);
  return text === undefined ? undefined : Number(text || NaN);
}

/** The text of the band's item of which an attribute has this value. */
function itemText(xml: string, key: "name" | "role", value: string, band: number): string | undefined {
  for (const [, attributes, text] of xml.matchAll(/<Item\s([^>]*)>([^<]*)<\/Item>/g)) {
    if (attribute(attributes!, key) !== value) continue;
    if (Number(attribute(attributes!, "sample") ?? 0) !== band) continue;
    return text!.trim();
  }
  return undefined;
}

function attribute(attributes: string, name: string): string | undefined {
  return new RegExp(`\\b${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1];
}
