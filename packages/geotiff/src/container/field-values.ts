import { viewOf } from "./container.js";
import type { Directory, Field, TiffContainer } from "./container.js";
import { fault } from "./fault.js";
import { tagName, typeSizes } from "./tags.js";

/** Only the offsets and byte counts of blocks, which are read in parts, have a reason to be larger. */
const maxFieldBytes = 16 * 2 ** 20;

/**
 * The numbers of a field, or undefined if the directory does not have it.
 * @throws QuadratError if they are not numbers or don't lie in the file
 */
export async function readNumbers(
  container: TiffContainer,
  directory: Directory,
  tag: number,
): Promise<number[] | undefined> {
  const field = directory.fields.get(tag);
  return field && numbersOf(container, field);
}

/** The first number of a field that must be a non-negative whole number. */
export async function readCount(
  container: TiffContainer,
  directory: Directory,
  tag: number,
): Promise<number | undefined> {
  const field = directory.fields.get(tag);
  if (!field) return undefined;
  if (!isIntegerType(field.type) || field.count === 0) throw wrongType(container, field);
  const value = (await numbersOf(container, { ...field, count: 1 }))[0]!;
  if (value < 0) throw fault(container.file.path, `${tagName(tag)} is ${value}`);
  return value;
}

/** The text of a field without its trailing NULs. */
export async function readText(
  container: TiffContainer,
  directory: Directory,
  tag: number,
): Promise<string | undefined> {
  const field = directory.fields.get(tag);
  if (!field) return undefined;
  if (typeSizes[field.type] !== 1) throw wrongType(container, field);
  const bytes = await readField(container, field);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8").replace(/\0+$/, "");
}

/** The bytes of a field of opaque data. */
export async function readBytes(
  container: TiffContainer,
  directory: Directory,
  tag: number,
): Promise<Uint8Array | undefined> {
  const field = directory.fields.get(tag);
  if (!field) return undefined;
  if (typeSizes[field.type] !== 1) throw wrongType(container, field);
  return readField(container, field);
}

/** Decodes `into.length` numbers of a TIFF type; 64-bit integers beyond 2^53 lose their last digits. */
export function decodeNumbers(
  bytes: Uint8Array,
  type: number,
  littleEndian: boolean,
  into: number[] | Float64Array,
): void {
  const view = viewOf(bytes);
  const size = typeSizes[type]!;
  for (let i = 0, at = 0; i < into.length; i++, at += size)
    into[i] = decodeNumber(view, at, type, littleEndian);
}

function decodeNumber(view: DataView, at: number, type: number, littleEndian: boolean): number {
  switch (type) {
    case 3:
      return view.getUint16(at, littleEndian);
    case 4:
    case 13:
      return view.getUint32(at, littleEndian);
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, littleEndian);
    case 9:
      return view.getInt32(at, littleEndian);
    case 11:
      return view.getFloat32(at, littleEndian);
    case 12:
      return view.getFloat64(at, littleEndian);
    case 16:
    case 18:
      return Number(view.getBigUint64(at, littleEndian));
    case 17:
      return Number(view.getBigInt64(at, littleEndian));
    default:
      return view.getUint8(at);
  }
}

/** True for the TIFF types of whole numbers. */
export function isIntegerType(type: number): boolean {
  return [1, 3, 4, 6, 8, 9, 13, 16, 17, 18].includes(type);
}

async function numbersOf(container: TiffContainer, field: Field): Promise<number[]> {
  if (field.type === 5 || field.type === 10 || field.type === 2) throw wrongType(container, field);
  const bytes = await readField(container, field);
  const numbers = new Array<number>(field.count);
  decodeNumbers(bytes, field.type, container.littleEndian, numbers);
  return numbers;
}

async function readField(container: TiffContainer, field: Field): Promise<Uint8Array> {
  const { file } = container;
  const length = field.count * typeSizes[field.type]!;
  if (field.offset + length > file.size) {
    throw fault(
      file.path,
      `${tagName(field.tag)} has ${field.count} values (${length} bytes) at offset ${field.offset}, past the end of the file (${file.size} bytes)`,
      { hint: "the file is damaged or truncated; download or copy it again" },
    );
  }
  if (length > maxFieldBytes) {
    throw fault(
      file.path,
      `${tagName(field.tag)} has ${length} bytes, but at most ${maxFieldBytes} are read`,
    );
  }
  return file.read(field.offset, length);
}

function wrongType(container: TiffContainer, { tag, type, count }: Field) {
  return fault(
    container.file.path,
    `${tagName(tag)} has ${count} values of the wrong type (TIFF field type ${type})`,
    {
      hint: "the file's header is damaged; download or copy it again",
    },
  );
}
