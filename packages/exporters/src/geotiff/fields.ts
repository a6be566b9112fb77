import type { Grid } from "@quadrat/core";
import type { GeoTiffKeys } from "@quadrat/crs";
import { sampleBytes, type Samples } from "./band-type.js";
import { textField, type Field } from "./directory.js";
import { predictorOf } from "./predictor.js";
import type { Level } from "./pyramid.js";

/** TIFF's tags (TIFF 6.0, OGC GeoTIFF 1.1, and GDAL's own), by their names there. */
const Tag = {
  NewSubfileType: 254,
  ImageWidth: 256,
  ImageLength: 257,
  BitsPerSample: 258,
  Compression: 259,
  PhotometricInterpretation: 262,
  SamplesPerPixel: 277,
  PlanarConfiguration: 284,
  Predictor: 317,
  TileWidth: 322,
  TileLength: 323,
  ExtraSamples: 338,
  SampleFormat: 339,
  ModelPixelScale: 33_550,
  ModelTiepoint: 33_922,
  GeoKeyDirectory: 34_735,
  GeoDoubleParams: 34_736,
  GeoAsciiParams: 34_737,
  GdalMetadata: 42_112,
  GdalNodata: 42_113,
} as const;

const DEFLATE = 8;
const MIN_IS_BLACK = 1;
const CONTIGUOUS = 1;
const SEPARATE = 2;
const REDUCED = 1;

/** The fields of the raster, but for those of its tiles. */
export function imageFields(
  level: Level,
  names: readonly string[],
  samples: Samples,
  grid: Grid,
  keys: GeoTiffKeys,
): Field[] {
  const [width, height] = grid.resolution;
  const [west, , , north] = grid.bounds;
  const fields: Field[] = [
    ...sharedFields(level, names.length, samples),
    { tag: Tag.ModelPixelScale, type: "double", values: [width, height, 0] },
    { tag: Tag.ModelTiepoint, type: "double", values: [0, 0, 0, west, north, 0] },
    { tag: Tag.GeoKeyDirectory, type: "short", values: keys.directory },
    textField(Tag.GdalMetadata, gdalMetadata(names)),
  ];
  if (keys.doubles.length > 0)
    fields.push({ tag: Tag.GeoDoubleParams, type: "double", values: keys.doubles });
  if (keys.text !== "") fields.push(textField(Tag.GeoAsciiParams, keys.text));
  return fields;
}

/** The fields of an overview, but for those of its tiles. */
export function overviewFields(level: Level, bands: number, samples: Samples): Field[] {
  return [
    { tag: Tag.NewSubfileType, type: "long", values: [REDUCED] },
    ...sharedFields(level, bands, samples),
  ];
}

function sharedFields({ width, height, tileSize }: Level, bands: number, { type, nodata }: Samples): Field[] {
  const ofBands = (value: number): number[] => new Array<number>(bands).fill(value);
  const format = type.startsWith("float") ? 3 : type.startsWith("int") ? 2 : 1;
  const fields: Field[] = [
    { tag: Tag.ImageWidth, type: "long", values: [width] },
    { tag: Tag.ImageLength, type: "long", values: [height] },
    { tag: Tag.BitsPerSample, type: "short", values: ofBands(8 * sampleBytes[type]) },
    { tag: Tag.Compression, type: "short", values: [DEFLATE] },
    { tag: Tag.PhotometricInterpretation, type: "short", values: [MIN_IS_BLACK] },
    { tag: Tag.SamplesPerPixel, type: "short", values: [bands] },
    { tag: Tag.PlanarConfiguration, type: "short", values: [bands > 1 ? SEPARATE : CONTIGUOUS] },
    { tag: Tag.Predictor, type: "short", values: [predictorOf(type)] },
    { tag: Tag.TileWidth, type: "short", values: [tileSize] },
    { tag: Tag.TileLength, type: "short", values: [tileSize] },
    { tag: Tag.SampleFormat, type: "short", values: ofBands(format) },
    textField(Tag.GdalNodata, Number.isNaN(nodata) ? "nan" : String(nodata)),
  ];
  if (bands > 1) fields.push({ tag: Tag.ExtraSamples, type: "short", values: ofBands(0).slice(1) });
  return fields;
}

/** GDAL's XML of what TIFF has no tags for. GDAL escapes values twice, and so reads them. */
function gdalMetadata(names: readonly string[]): string {
  const items = names.map(
    (name, band) =>
      `  <Item name="DESCRIPTION" sample="${band}" role="description">${escaped(escaped(name))}</Item>\n`,
  );
  return `<GDALMetadata>\n${items.join("")}</GDALMetadata>\n`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
