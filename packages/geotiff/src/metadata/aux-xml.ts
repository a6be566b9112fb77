import { fileExists, openFile, type Affine } from "@quadrat/core/base";
import { unescaped } from "./gdal-metadata.js";
import { parseNodata } from "./nodata-text.js";
import type { NodataValue } from "./nodata-text.js";

/** What GDAL stores in `<file>.aux.xml` because the file itself can't hold it. */
export interface AuxiliaryMetadata {
  readonly wkt?: string;
  readonly affine?: Affine;
  readonly nodata?: NodataValue;
  readonly scale?: number;
  readonly offset?: number;
  /** By band, from 1: Red, Alpha and so on; none for Undefined, which means nothing to GDAL. */
  readonly colours: ReadonlyMap<number, string>;
  /** The evidence that the values are classes. */
  readonly classes?: string;
}

/** Larger files hold histograms or attribute tables, whose end is irrelevant. */
const maxBytes = 4 * 2 ** 20;

export function auxXmlOf(path: string): string {
  return `${path}.aux.xml`;
}

/** @param band from 1 */
export async function readAuxXml(path: string, band: number): Promise<AuxiliaryMetadata | undefined> {
  const xml = await readSidecar(path);
  return xml === undefined ? undefined : parseAuxXml(xml, band);
}

/** The descriptions of bands, from 0. */
export async function readAuxDescriptions(path: string): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const [band, content] of bandsOf((await readSidecar(path)) ?? "")) {
    const description = element(content, "Description");
    if (description !== undefined) found.set(band - 1, description);
  }
  return found;
}

async function readSidecar(path: string): Promise<string | undefined> {
  const sidecar = auxXmlOf(path);
  if (!(await fileExists(sidecar))) return undefined;
  const file = await openFile(sidecar);
  try {
    const bytes = await file.read(0, Math.min(file.size, maxBytes));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  } finally {
    await file.close();
  }
}

/** The parts about bands, from 1. */
function bandsOf(xml: string): [band: number, content: string][] {
  const bands = xml.matchAll(/<PAMRasterBand\s+band="(\d+)"[^>]*>(.*?)(?:<\/PAMRasterBand|$)/gs);
  return Array.from(bands, ([, band, content]) => [Number(band), content!]);
}

function parseAuxXml(xml: string, band: number): AuxiliaryMetadata | undefined {
  const head = /<PAMDataset[^>]*>(.*?)(?:<PAMRasterBand|<\/PAMDataset|$)/s.exec(xml)?.[1];
  if (head === undefined) return undefined;
  const own =
    new RegExp(`<PAMRasterBand\\s+band="${band}"[^>]*>(.*?)(?:</PAMRasterBand|$)`, "s").exec(xml)?.[1] ?? "";
  const wkt = element(head, "SRS");
  const nodata = exactNodata(own) ?? parseNodata(element(own, "NoDataValue") ?? "");
  const scale = finite(element(own, "Scale"));
  const offset = finite(element(own, "Offset"));
  const affine = parseGeoTransform(element(head, "GeoTransform"));
  const classes = signsOfClasses.find(([, sign]) => sign.test(own))?.[0];
  return {
    ...(wkt && { wkt }),
    ...(affine && { affine }),
    ...(nodata && { nodata }),
    ...(scale !== undefined && { scale }),
    ...(offset !== undefined && { offset }),
    colours: parseColours(xml),
    ...(classes !== undefined && { classes }),
  };
}

function parseColours(xml: string): Map<number, string> {
  const colours = new Map<number, string>();
  for (const [band, content] of bandsOf(xml)) {
    const colour = element(content, "ColorInterp");
    if (colour !== undefined && colour !== "Undefined") colours.set(band, colour);
  }
  return colours;
}

/** If decimals don't express it exactly, GDAL adds the eight bytes of the double. */
function exactNodata(xml: string): NodataValue | undefined {
  const hex = /<NoDataValue\s[^>]*le_hex_equiv="([\da-f]{16})"/i.exec(xml)?.[1];
  if (hex === undefined) return undefined;
  const value = Buffer.from(hex, "hex").readDoubleLE();
  return { value, text: String(value) };
}

/**
 * What GDAL and ArcGIS write for a band of classes. A table of values with only counts and statistics does not make
 * one.
 */
const signsOfClasses: readonly (readonly [what: string, sign: RegExp])[] = [
  ["a colour table", /<ColorTable[\s>]|<ColorInterp>\s*Palette\s*</],
  ["names of categories", /<CategoryNames[\s>]/],
  ["a thematic attribute table", /<GDALRasterAttributeTable\s[^>]*tableType="thematic"/],
  ["the layer type thematic", /<MDI key="LAYER_TYPE">\s*thematic\s*</i],
];

function parseGeoTransform(text: string | undefined): Affine | undefined {
  const [c, a, b, f, d, e] = (text ?? "").split(",").map(Number);
  const affine = { a: a!, b: b!, c: c!, d: d!, e: e!, f: f! };
  return Object.values(affine).every(Number.isFinite) ? affine : undefined;
}

function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`).exec(xml)?.[1];
  return text === undefined ? undefined : unescaped(text.trim());
}

function finite(text: string | undefined): number | undefined {
  const value = Number(text?.trim() || NaN);
  return Number.isFinite(value) ? value : undefined;
}
