import { Damaged } from "../fault.js";
import type { AttributeValue } from "../model.js";
import { toSamples } from "../samples.js";
import { countOf } from "../shapes.js";
import { allRecords, openRecordTree } from "./btree2.js";
import type { Bytes } from "./bytes.js";
import { readDataspace } from "./dataspace.js";
import { readDatatype, type Datatype } from "./datatype.js";
import type { Hdf5File } from "./file.js";
import { openFractalHeap } from "./fractal-heap.js";
import type { GlobalHeap } from "./global-heap.js";
import { Message, resolveShared, sharedBody, type HeaderMessage } from "./object-header.js";

/** An attribute, its value still encoded. */
export interface RawAttribute {
  readonly name: string;
  readonly type: Datatype;
  readonly count: number;
  readonly data: Bytes;
}

const mostAttributes = 4096;
const mostValues = 2 ** 20;

/** The attributes of an object, in its header or in a heap of its own. */
export async function readAttributes(
  hdf5: Hdf5File,
  messages: readonly HeaderMessage[],
): Promise<RawAttribute[]> {
  const found: RawAttribute[] = [];
  for (const message of messages) {
    if (message.type === Message.Attribute)
      found.push(await readAttribute(hdf5, await resolveShared(hdf5, message)));
    if (message.type === Message.AttributeInfo) found.push(...(await readDense(hdf5, message.body)));
  }
  return found;
}

async function readDense(hdf5: Hdf5File, body: Bytes): Promise<RawAttribute[]> {
  body.skip(1);
  if (body.u8() & 1) body.skip(2);
  const [heapAddress, treeAddress] = [body.address(), body.address()];
  if (heapAddress === undefined || treeAddress === undefined) return [];
  const heap = await openFractalHeap(hdf5, heapAddress);
  const tree = await openRecordTree(hdf5, treeAddress);
  const found: RawAttribute[] = [];
  for (const record of await allRecords(tree, mostAttributes)) {
    // An identifier of eight bytes, flags, the order of creation and a hash of the name.
    const id = record.part(8);
    const bytes = await heap.read(id);
    const isShared = (record.u8() & 2) !== 0;
    found.push(
      await readAttribute(hdf5, isShared ? await sharedBody(hdf5, Message.Attribute, bytes) : bytes),
    );
  }
  return found;
}

async function readAttribute(hdf5: Hdf5File, bytes: Bytes): Promise<RawAttribute> {
  const version = bytes.u8();
  if (version < 1 || version > 3) throw new Damaged(`an attribute has version ${version}`);
  // Of version 1 the byte is reserved.
  const flags = bytes.u8() & (version === 1 ? 0 : 3);
  const [nameBytes, typeBytes, spaceBytes] = [bytes.u16(), bytes.u16(), bytes.u16()];
  if (version === 3) bytes.skip(1);
  const field = (length: number): Bytes => {
    const part = bytes.part(length);
    if (version === 1) bytes.skip((8 - (length % 8)) % 8);
    return part;
  };
  const name = field(nameBytes).text();
  const typePart = field(typeBytes);
  const spacePart = field(spaceBytes);
  const type = readDatatype(flags & 1 ? await sharedBody(hdf5, Message.Datatype, typePart) : typePart);
  const space = flags & 2 ? await sharedBody(hdf5, Message.Dataspace, spacePart) : spacePart;
  // An empty attribute has a dataspace without a shape.
  const { shape } = space.data[0] === 2 && space.data[3] === 2 ? { shape: [0] } : readDataspace(space);
  const count = countOf(shape);
  if (count > mostValues || count * type.bytes > bytes.left)
    throw new Damaged(`attribute ${name} has ${count} values, which do not fit`);
  return { name, type, count, data: bytes.part(count * type.bytes) };
}

/** The value of an attribute; undefined if it is neither numbers nor texts. */
export async function attributeValue(
  heap: GlobalHeap,
  { type, count, data }: RawAttribute,
): Promise<AttributeValue | undefined> {
  data.at = 0;
  if (type.number) {
    const samples = toSamples(Uint8Array.from(data.data), type.number, type.littleEndian);
    return Array.from<number | bigint, number>(samples, Number);
  }
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    if (type.kind === "text") texts.push(plainText(data.bytes(type.bytes)));
    else if (type.of?.kind === "text") texts.push(plainText(await heap.read(data.part(type.bytes), 1)));
    else return undefined;
  }
  return texts.join(" ");
}

/** The text without its padding: zeros, and spaces at the end. */
function plainText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end)).trimEnd();
}

/** The addresses of objects that a list of lists of references names, such as the scales of each dimension. */
export async function referencesOf(
  heap: GlobalHeap,
  attribute: RawAttribute,
): Promise<(number | undefined)[]> {
  const { type, count, data } = attribute;
  if (type.of?.kind !== "reference") return [];
  data.at = 0;
  const found: (number | undefined)[] = [];
  for (let i = 0; i < count; i++) {
    const bytes = await heap.read(data.part(type.bytes), type.of.bytes);
    found.push(
      bytes.length >= type.of.bytes ? uint(bytes.subarray(0, Math.min(8, type.of.bytes))) : undefined,
    );
  }
  return found;
}

function uint(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
