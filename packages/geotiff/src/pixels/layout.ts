import type { DataType } from "@quadrat/core/base";
import type { Directory, TiffContainer } from "../container/container.js";
import { streamExpansion } from "./codecs/streams.js";
import { compressionName } from "../container/compression.js";
import { fault } from "../container/fault.js";
import { readCount, readNumbers } from "../container/field-values.js";
import { Tag, tagName } from "../container/tags.js";

/** The layout of one image's pixels in the file. A block is a tile or a strip: the unit of decoding. */
export interface ImageLayout {
  readonly width: number;
  readonly height: number;
  /** Samples per pixel: the number of bands, including alpha. */
  readonly samples: number;
  /** Bits of one sample. */
  readonly bits: number;
  readonly format: "uint" | "int" | "float";
  /** The type of one sample; samples of a few bits are uint8 or uint16. */
  readonly dataType: DataType;
  /** True if each band has blocks of its own (PlanarConfiguration 2). */
  readonly planar: boolean;
  readonly compression: number;
  readonly predictor: 1 | 2 | 3;
  readonly photometric: number;
  readonly tiled: boolean;
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly blocksAcross: number;
  readonly blocksDown: number;
  /** Bytes of one decoded row of a block. */
  readonly rowBytes: number;
  /** True if the file has a single uncompressed strip (per plane), which is divided into blocks by counting rows. */
  readonly chopped: boolean;
  /**
   * Rows of a strip that is too large to be decoded at once: it is decoded as a stream and divided into blocks by
   * counting rows. undefined for all others.
   */
  readonly streamedRows: number | undefined;
}

/** Blocks as wide as the image with more bytes are decoded as a stream, if their compression allows it. */
const maxWholeStrip = 16 * 2 ** 20;
/** No larger block is decoded whole. */
const maxBlockBytes = 128 * 2 ** 20;
const choppedBlockBytes = 2 ** 18;
const maxSide = 2 ** 31 - 1;

/**
 * Reads and checks what a directory says about its image.
 * @throws QuadratError of kind "input" for an impossible image, or one that is not supported
 */
export async function readLayout(container: TiffContainer, directory: Directory): Promise<ImageLayout> {
  const { path } = container.file;
  const count = (tag: number) => readCount(container, directory, tag);
  const positive = async (tag: number) => {
    const value = await count(tag);
    if (value === undefined)
      throw fault(path, `the image has no ${tagName(tag)}`, { hint: "the header is damaged" });
    if (value === 0) throw fault(path, `${tagName(tag)} is 0`, { hint: "the header is damaged" });
    if (value > maxSide)
      throw fault(path, `${tagName(tag)} is ${value}; more than 2^31 - 1 pixels are not supported`);
    return value;
  };
  const width = await positive(Tag.ImageWidth);
  const height = await positive(Tag.ImageLength);
  const samples = (await count(Tag.SamplesPerPixel)) ?? 1;
  if (samples === 0 || samples > 65535) throw fault(path, `SamplesPerPixel is ${samples}`);
  const compression = (await count(Tag.Compression)) ?? 1;
  const photometric = (await count(Tag.PhotometricInterpretation)) ?? 1;
  const planarConfiguration = (await count(Tag.PlanarConfiguration)) ?? 1;
  if (planarConfiguration !== 1 && planarConfiguration !== 2) {
    throw fault(path, `PlanarConfiguration is ${planarConfiguration}; allowed: 1 or 2`);
  }
  const planar = planarConfiguration === 2 && samples > 1;
  const sample = await readSampleType(container, directory, samples);
  await refuseUnsupported(container, directory, photometric, compression);
  const predictor = await readPredictor(container, directory, compression, sample);

  const tiled = directory.fields.has(Tag.TileWidth);
  const blockWidth = tiled ? await positive(Tag.TileWidth) : width;
  const rowsPerStrip = (await count(Tag.RowsPerStrip)) ?? height;
  if (!tiled && rowsPerStrip === 0) throw fault(path, "RowsPerStrip is 0");
  let blockHeight = tiled ? await positive(Tag.TileLength) : Math.min(rowsPerStrip, height);
  const rowBytes = Math.ceil((blockWidth * (planar ? 1 : samples) * sample.bits) / 8);
  const chopped = !tiled && compression === 1 && blockHeight === height;
  if (chopped) blockHeight = Math.min(height, Math.max(1, Math.floor(choppedBlockBytes / rowBytes)));
  const blockBytes = rowBytes * blockHeight;
  const streamed =
    blockBytes > maxWholeStrip &&
    !chopped &&
    blockWidth >= width &&
    rowBytes <= maxBlockBytes &&
    blockBytes <= container.file.size * (streamExpansion(compression) ?? 0);
  if (!streamed) checkBlockSize(container, blockBytes, compression, tiled, `${blockWidth} x ${blockHeight}`);
  const streamedRows = streamed ? blockHeight : undefined;
  if (streamed) blockHeight = pieceRows(blockHeight, rowBytes, blockHeight < height);
  return {
    ...{ width, height, samples, ...sample, planar, compression, predictor, photometric, tiled },
    ...{ blockWidth, blockHeight, rowBytes, chopped, streamedRows },
    blocksAcross: Math.ceil(width / blockWidth),
    blocksDown: Math.ceil(height / blockHeight),
  };
}

/** The rows decoded at once; if there are several strips, no piece may belong to two of them. */
function pieceRows(stripRows: number, rowBytes: number, several: boolean): number {
  let rows = Math.min(stripRows, Math.max(1, Math.floor(choppedBlockBytes / rowBytes)));
  while (several && stripRows % rows !== 0) rows--;
  return rows;
}

function checkBlockSize(
  { file }: TiffContainer,
  bytes: number,
  compression: number,
  tiled: boolean,
  pixels: string,
): void {
  if (bytes <= maxBlockBytes) return;
  const expansion = compression === 1 ? 1 : (streamExpansion(compression) ?? Infinity);
  const hint =
    bytes > file.size * expansion
      ? "the header is damaged; download or copy the file again"
      : "rewrite it in smaller parts: gdal_translate -co TILED=YES -co COMPRESS=DEFLATE in.tif out.tif";
  throw fault(
    file.path,
    `one ${tiled ? "tile" : "strip"} of the file would hold ${pixels} pixels, ${bytes} bytes; at most ${maxBlockBytes} bytes can be decoded at once`,
    { hint },
  );
}

async function readSampleType(container: TiffContainer, directory: Directory, samples: number) {
  const { path } = container.file;
  const bits = await uniform(container, directory, Tag.BitsPerSample, samples, 1);
  const code = await uniform(container, directory, Tag.SampleFormat, samples, 1);
  if (code === 5 || code === 6) {
    throw fault(path, "complex samples are not supported", {
      hint: "extract the part you need, for example with gdal_translate -ot Float32, or gdal_calc.py for the amplitude",
    });
  }
  if (code > 4) throw fault(path, `SampleFormat is ${code}; allowed: 1 (unsigned), 2 (signed) and 3 (float)`);
  const format = code === 2 ? ("int" as const) : code === 3 ? ("float" as const) : ("uint" as const);
  const dataType = dataTypeOf(format, bits);
  if (!dataType) throw fault(path, `samples of ${bits} bits (${format}) are not supported`);
  return { bits, format, dataType };
}

function dataTypeOf(format: "uint" | "int" | "float", bits: number): DataType | undefined {
  if (format === "float") return bits === 16 || bits === 32 ? "float32" : bits === 64 ? "float64" : undefined;
  if ([8, 16, 32, 64].includes(bits)) return `${format}${bits as 8 | 16 | 32 | 64}`;
  if (format === "int" || bits < 1 || bits > 15) return undefined;
  return bits < 8 ? "uint8" : "uint16";
}

/** A field with a value for each sample, all of which must be the same. */
async function uniform(
  container: TiffContainer,
  directory: Directory,
  tag: number,
  samples: number,
  otherwise: number,
) {
  const values = (await readNumbers(container, directory, tag)) ?? [otherwise];
  const first = values[0];
  const { path } = container.file;
  if (first === undefined) throw fault(path, `${tagName(tag)} has no value`);
  // Some writers give one value for all samples.
  if (values.slice(0, samples).some((value) => value !== first)) {
    throw fault(path, `the bands differ in ${tagName(tag)} (${values.slice(0, 8).join(", ")})`, {
      hint: "write the band you need to a separate file: gdal_translate -b N in.tif out.tif",
    });
  }
  return first;
}

async function refuseUnsupported(
  container: TiffContainer,
  directory: Directory,
  photometric: number,
  compression: number,
): Promise<void> {
  const { path } = container.file;
  const fillOrder = (await readCount(container, directory, Tag.FillOrder)) ?? 1;
  if (fillOrder !== 1) throw fault(path, `FillOrder ${fillOrder} (reversed bits) is not supported`);
  if (photometric === 6 && compression !== 7) {
    const subsampling = (await readNumbers(container, directory, Tag.YCbCrSubSampling)) ?? [2, 2];
    if (subsampling.some((step) => step !== 1)) {
      throw fault(path, "subsampled YCbCr pixels are supported only in JPEG compression", {
        hint: "gdal_translate -co PHOTOMETRIC=RGB in.tif out.tif",
      });
    }
  }
}

/** Predictors are defined for these schemes; with the others libtiff ignores the tag, and so do we. */
const predicted = new Set([5, 8, 32946, 50000]);

async function readPredictor(
  container: TiffContainer,
  directory: Directory,
  compression: number,
  { bits, format }: { bits: number; format: string },
): Promise<1 | 2 | 3> {
  const { path } = container.file;
  const predictor = (await readCount(container, directory, Tag.Predictor)) ?? 1;
  if (predictor !== 1 && predictor !== 2 && predictor !== 3) {
    throw fault(path, `Predictor is ${predictor}; allowed: 1 (none), 2 (horizontal) and 3 (floating point)`);
  }
  if (!predicted.has(compression)) return 1;
  if (predictor === 2 && ![8, 16, 32, 64].includes(bits)) {
    throw fault(path, `predictor 2 with samples of ${bits} bits is not supported`);
  }
  if (predictor === 3 && format !== "float")
    throw fault(path, "predictor 3 is for floating-point samples only");
  return predictor;
}

/** The size of the file's own tiles or strips. */
export function blockSizeOf({ blockWidth, blockHeight, streamedRows }: ImageLayout) {
  return { width: blockWidth, height: streamedRows ?? blockHeight };
}

/** The maximum bytes of the samples of one band of a block. */
export function sampleBytesOf({ dataType, blockWidth, blockHeight }: ImageLayout): number {
  return blockWidth * blockHeight * (Number(/\d+$/.exec(dataType)![0]) / 8);
}

/** True if a float32 can represent every sample. */
export function fitsFloat32({ dataType }: ImageLayout): boolean {
  const fitting: readonly DataType[] = ["int8", "uint8", "int16", "uint16", "float32"];
  return fitting.includes(dataType);
}

/** "tile 12 (column 0, row 3)", for messages; `block` counts within one plane. */
export function describeBlock(layout: ImageLayout, block: number): string {
  const { tiled, blocksAcross, compression } = layout;
  if (!tiled) return layout.chopped ? `row ${block * layout.blockHeight}` : `strip ${block}`;
  const place = `tile ${block} (column ${block % blocksAcross}, row ${Math.floor(block / blocksAcross)})`;
  return compression === 1 ? place : `${compressionName(compression)} ${place}`;
}
