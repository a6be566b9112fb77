import type { Affine } from "@quadrat/core/base";
import { findAlphaBand } from "./alpha.js";
import { auxXmlOf, readAuxXml, type AuxiliaryMetadata } from "./aux-xml.js";
import { readCrs } from "../georeference/crs.js";
import type { CrsLookup } from "../georeference/crs-lookup.js";
import { readText } from "../container/field-values.js";
import { checkAffine, readGeoreference } from "../georeference/georeference.js";
import { findScaling, isThematic } from "./gdal-metadata.js";
import type { Scaling } from "./gdal-metadata.js";
import { readGeoKeys } from "../georeference/geokeys.js";
import type { ImageSet } from "../container/images.js";
import type { ImageLayout } from "../pixels/layout.js";
import { matchNodata } from "../pixels/nodata.js";
import type { Nodata } from "../pixels/nodata.js";
import { readNodataText } from "./nodata-text.js";
import type { NodataValue } from "./nodata-text.js";
import { Tag } from "../container/tags.js";
import { readWorldFile } from "../georeference/world-file.js";

/** What a file says about one of its bands, apart from the pixels. */
export interface BandMetadata {
  readonly affine: Affine | undefined;
  readonly controlPoints: number;
  readonly hasRpcs: boolean;
  readonly crs: string | undefined;
  /** The file's own value, whether or not it is used. */
  readonly nodataValue: number | undefined;
  readonly nodata: Nodata | undefined;
  readonly scaling: Scaling | undefined;
  /**
   * The value of blocks that were never written: the file's nodata value, else 0, as in GDAL; NaN for a nodata value of
   * 64-bit integers.
   */
  readonly sparseValue: number;
  /** From 0. */
  readonly alphaBand: number | undefined;
  /** The evidence that the values are classes. */
  readonly classes: string | undefined;
  /** Paths of the files beside the image that contribute to this. */
  readonly sideFiles: readonly string[];
  readonly warnings: readonly string[];
}

export interface MetadataOptions {
  readonly path: string;
  /** From 1. */
  readonly band: number;
  readonly nodata?: number | null | undefined;
  readonly crs?: string | undefined;
  readonly scaled: boolean;
  readonly lookup?: CrsLookup | undefined;
}

/**
 * Combines the tags, `<file>.aux.xml` (which takes precedence, as in GDAL) and a world file.
 * @throws QuadratError of kind "input" for tags that are damaged
 */
export async function readMetadata(
  images: ImageSet,
  options: MetadataOptions,
  layout: ImageLayout,
): Promise<BandMetadata> {
  const { path, band } = options;
  const { container, directory } = images.main;
  const warnings = [...container.warnings];
  if (images.pages > 0) warnings.push(`the file has ${images.pages} more images; only the first is read`);

  const auxiliary = await readAuxXml(path, band);
  const sideFiles = auxiliary ? [auxXmlOf(path)] : [];
  const keys = await readGeoKeys(container, directory);
  const georeference = await readGeoreference(container, directory, keys);
  warnings.push(...georeference.warnings);
  let affine = auxiliary?.affine ?? georeference.affine;
  if (auxiliary?.affine) checkAffine(auxXmlOf(path), auxiliary.affine, "GeoTransform");
  if (!affine && georeference.controlPoints === 0) {
    const world = await readWorldFile(path);
    affine = world?.affine;
    if (world) sideFiles.push(world.path);
  }

  const reading = keys && readCrs(keys, options.lookup);
  if (reading && options.crs === undefined && !auxiliary?.wkt) warnings.push(...reading.warnings);

  const own = auxiliary?.nodata ?? (await readNodataTag(images, options, layout, warnings));
  const nodataValue = own?.value;
  const used = options.nodata === undefined ? own : asValue(options.nodata);
  const nodata = used && matchNodata(used, layout);
  if (used && !nodata && !Number.isNaN(used.value)) {
    warnings.push(
      `the nodata value ${used.text} can't occur in ${layout.dataType} samples, so no pixel matches it`,
    );
  }
  const sparse = sparseValue(own, layout);
  return {
    affine,
    controlPoints: georeference.controlPoints,
    hasRpcs: georeference.hasRpcs,
    crs: auxiliary?.wkt ?? reading?.crs,
    nodataValue,
    nodata,
    scaling: options.scaled ? await readScaling(images, band, auxiliary, warnings) : undefined,
    sparseValue: isInt64Nodata(sparse, used, nodata) ? NaN : sparse,
    alphaBand: await findAlphaBand(images.main, layout.samples, auxiliary?.colours),
    classes: await findClasses(images, layout, band, auxiliary),
    sideFiles,
    warnings,
  };
}

function asValue(value: number | null): NodataValue | undefined {
  return value === null ? undefined : { value, text: String(value) };
}

async function readNodataTag(
  { main }: ImageSet,
  { band }: MetadataOptions,
  { samples }: ImageLayout,
  warnings: string[],
): Promise<NodataValue | undefined> {
  const text = await readText(main.container, main.directory, Tag.GDAL_NODATA);
  if (text === undefined) return undefined;
  const { value, doubt } = readNodataText(text, band - 1, samples);
  if (doubt !== undefined) warnings.push(doubt);
  return value;
}

async function readScaling(
  { main }: ImageSet,
  band: number,
  auxiliary: { readonly scale?: number; readonly offset?: number } | undefined,
  warnings: string[],
): Promise<Scaling | undefined> {
  const xml = (await readText(main.container, main.directory, Tag.GDAL_METADATA)) ?? "";
  const inFile = findScaling(xml, band - 1);
  const scale = auxiliary?.scale ?? inFile?.scale ?? 1;
  const offset = auxiliary?.offset ?? inFile?.offset ?? 0;
  if (scale === 1 && offset === 0) return undefined;
  if (Number.isFinite(scale) && Number.isFinite(offset) && scale !== 0) return { scale, offset };
  warnings.push(`the scale ${scale} and offset ${offset} of band ${band} are not usable and are ignored`);
  return undefined;
}

const palette = 3;

async function findClasses(
  { main }: ImageSet,
  { photometric }: ImageLayout,
  band: number,
  auxiliary: AuxiliaryMetadata | undefined,
): Promise<string | undefined> {
  if (photometric === palette) return "a colour table";
  if (auxiliary?.classes !== undefined) return auxiliary.classes;
  const xml = (await readText(main.container, main.directory, Tag.GDAL_METADATA)) ?? "";
  return isThematic(xml, band - 1) ? "the layer type thematic" : undefined;
}

/** GDAL clamps a nodata value that the type can't represent. */
function sparseValue(nodata: NodataValue | undefined, { dataType, format, bits }: ImageLayout): number {
  if (!nodata) return 0;
  if (format === "float") return nodata.value;
  if (Number.isNaN(nodata.value)) return 0;
  const low = format === "int" ? -(2 ** (bits - 1)) : 0;
  const high =
    format === "int"
      ? 2 ** (bits - 1) - 1
      : 2 ** (dataType === "uint8" ? 8 : dataType === "uint16" ? 16 : bits) - 1;
  return Math.min(Math.max(Math.round(nodata.value), low), high);
}

function isInt64Nodata(value: number, used: NodataValue | undefined, nodata: Nodata | undefined): boolean {
  return nodata?.int64 !== undefined && used?.value === value;
}
