import { fault } from "./fault.js";
import type { RandomAccessFile } from "@quadrat/core/base";
import { typeSizes } from "./tags.js";

/**
 * A field of an image file directory: the position of its values, checked against the file only when they are
 * read.
 */
export interface Field {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Where the values start in the file, also if they fit into the directory itself. */
  readonly offset: number;
}

/** An image file directory: one image of the file. */
export interface Directory {
  readonly offset: number;
  readonly fields: ReadonlyMap<number, Field>;
}

/** A TIFF file split into its images, none of which has been examined. */
export interface TiffContainer {
  readonly file: RandomAccessFile;
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
  /** At least one. */
  readonly directories: readonly [Directory, ...Directory[]];
  readonly warnings: readonly string[];
}

interface Format {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
}

/** A file with more images is a stack of pages; overviews and masks come long before. */
const maxDirectories = 256;
const maxFields = 4096;

/**
 * Reads the header and the chain of directories of a classic TIFF or BigTIFF.
 * @throws QuadratError of kind "input" if the file is not a TIFF or is truncated within them
 */
export async function readContainer(file: RandomAccessFile): Promise<TiffContainer> {
  const { format, first } = await readHeader(file);
  const warnings: string[] = [];
  const seen = new Set<number>([first]);
  const { directory, next } = await readDirectory(file, format, first);
  const directories: [Directory, ...Directory[]] = [directory];
  for (let offset = next; offset !== 0;) {
    if (seen.has(offset)) {
      warnings.push(`the chain of images loops back to offset ${offset}; it is followed only up to there`);
      break;
    }
    if (directories.length === maxDirectories) {
      warnings.push(`images after the first ${maxDirectories} are ignored`);
      break;
    }
    seen.add(offset);
    const following = await readDirectory(file, format, offset);
    directories.push(following.directory);
    offset = following.next;
  }
  return { file, ...format, directories, warnings };
}

async function readHeader(file: RandomAccessFile): Promise<{ format: Format; first: number }> {
  if (file.size < 8) throw notTiff(file, await file.read(0, file.size));
  const bytes = await file.read(0, Math.min(16, file.size));
  const order = String.fromCharCode(bytes[0]!, bytes[1]!);
  if (order !== "II" && order !== "MM") throw notTiff(file, await file.read(0, Math.min(64, file.size)));
  const littleEndian = order === "II";
  const view = viewOf(bytes);
  const magic = view.getUint16(2, littleEndian);
  if (magic === 42) {
    return { format: { littleEndian, bigTiff: false }, first: view.getUint32(4, littleEndian) };
  }
  if (magic !== 43) throw notTiff(file, bytes);
  if (bytes.length < 16) throw fault(file.path, "the file is truncated within the BigTIFF header");
  if (view.getUint16(4, littleEndian) !== 8 || view.getUint16(6, littleEndian) !== 0) {
    throw fault(file.path, "this BigTIFF has offsets of a size other than 8 bytes", {
      hint: "the header is damaged; download or copy the file again",
    });
  }
  return { format: { littleEndian, bigTiff: true }, first: Number(view.getBigUint64(8, littleEndian)) };
}

async function readDirectory(file: RandomAccessFile, format: Format, offset: number) {
  const { littleEndian, bigTiff } = format;
  const [countBytes, fieldBytes, linkBytes] = bigTiff ? [8, 20, 8] : [2, 12, 4];
  if (offset < 8 || offset + countBytes > file.size) {
    throw fault(
      file.path,
      `an image directory should be at offset ${offset}, but the file has ${file.size} bytes`,
      {
        hint: "the file is damaged or truncated; download or copy it again",
      },
    );
  }
  const head = viewOf(await file.read(offset, countBytes));
  const count = bigTiff ? Number(head.getBigUint64(0, littleEndian)) : head.getUint16(0, littleEndian);
  if (count === 0) throw fault(file.path, `the image directory at offset ${offset} is empty`);
  if (count > maxFields) {
    throw fault(
      file.path,
      `the image directory at offset ${offset} claims ${count} fields (at most ${maxFields} are allowed)`,
    );
  }
  const length = count * fieldBytes;
  if (offset + countBytes + length > file.size) {
    throw fault(file.path, `the file is truncated within the image directory at offset ${offset}`, {
      hint: "download or copy the file again",
    });
  }
  const fields = parseFields(await file.read(offset + countBytes, length), offset + countBytes, format);
  // Some writers omit the link after the last directory.
  const linkOffset = offset + countBytes + length;
  if (linkOffset + linkBytes > file.size) return { directory: { offset, fields }, next: 0 };
  const link = viewOf(await file.read(linkOffset, linkBytes));
  const next = bigTiff ? Number(link.getBigUint64(0, littleEndian)) : link.getUint32(0, littleEndian);
  return { directory: { offset, fields }, next };
}

function parseFields(
  bytes: Uint8Array,
  start: number,
  { littleEndian, bigTiff }: Format,
): Map<number, Field> {
  const view = viewOf(bytes);
  const [fieldBytes, valueAt, valueBytes] = bigTiff ? [20, 12, 8] : [12, 8, 4];
  const fields = new Map<number, Field>();
  for (let at = 0; at < bytes.length; at += fieldBytes) {
    const tag = view.getUint16(at, littleEndian);
    const type = view.getUint16(at + 2, littleEndian);
    const count = bigTiff
      ? Number(view.getBigUint64(at + 4, littleEndian))
      : view.getUint32(at + 4, littleEndian);
    const size = typeSizes[type];
    // Readers must skip unknown types; of a tag given twice the first counts, as in libtiff.
    if (size === undefined || fields.has(tag)) continue;
    const elsewhere = bigTiff
      ? Number(view.getBigUint64(at + valueAt, littleEndian))
      : view.getUint32(at + valueAt, littleEndian);
    const offset = count * size <= valueBytes ? start + at + valueAt : elsewhere;
    fields.set(tag, { tag, type, count, offset });
  }
  return fields;
}

function notTiff(file: RandomAccessFile, bytes: Uint8Array) {
  const text = Buffer.from(bytes).toString("latin1").trimStart();
  const looksLike = signatures.find(([pattern]) => pattern.test(text))?.[1];
  const what =
    file.size === 0
      ? "the file is empty"
      : looksLike
        ? `it looks like ${looksLike}`
        : "it has no TIFF header";
  return fault(file.path, `this is not a TIFF file: ${what}`, {
    hint: "download or copy the file again, or correct the path",
  });
}

const signatures: readonly (readonly [RegExp, string])[] = [
  [/^<(!doctype|html)/i, "a web page"],
  [/^<\?xml|^<[a-z]/i, "XML"],
  [/^[[{]/, "JSON"],
  [/^PK\x03\x04/, "a ZIP archive"],
  [/^\x1f\x8b/, "a gzip archive"],
  [/^\x89PNG/, "a PNG image"],
  [/^\xff\xd8\xff/, "a JPEG image"],
  [/^\x89HDF|^CDF[\x01\x02\x05]/, "a NetCDF or HDF5 file"],
  [/^GRIB/, "a GRIB file"],
  [/^version https:\/\/git-lfs/, "a Git LFS pointer whose data was not fetched"],
];

/** A view of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
