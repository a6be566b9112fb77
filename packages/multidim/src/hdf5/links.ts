import { Damaged } from "../fault.js";
import { allRecords, openRecordTree } from "./btree2.js";
import type { Bytes } from "./bytes.js";
import type { Hdf5File } from "./file.js";
import { openFractalHeap } from "./fractal-heap.js";
import { Message, type HeaderMessage } from "./object-header.js";

/** A member of a group; soft and external links are passed over. */
export interface Link {
  readonly name: string;
  readonly address: number;
}

const mostLinks = 65536;

/** The members of a group; undefined if the object is not one. */
export async function readLinks(
  hdf5: Hdf5File,
  messages: readonly HeaderMessage[],
): Promise<Link[] | undefined> {
  let isGroup = false;
  const links: Link[] = [];
  for (const { type, body } of messages) {
    if (type === Message.SymbolTable) {
      isGroup = true;
      const [tree, heap] = [body.address(), body.address()];
      if (tree !== undefined && heap !== undefined) await readSymbols(hdf5, tree, heap, links);
    } else if (type === Message.Link) {
      isGroup = true;
      const link = readLink(body);
      if (link) links.push(link);
    } else if (type === Message.LinkInfo) {
      isGroup = true;
      links.push(...(await readDense(hdf5, body)));
    }
  }
  return isGroup ? links : undefined;
}

async function readDense(hdf5: Hdf5File, body: Bytes): Promise<Link[]> {
  body.skip(1);
  if (body.u8() & 1) body.skip(8);
  const [heapAddress, treeAddress] = [body.address(), body.address()];
  if (heapAddress === undefined || treeAddress === undefined) return [];
  const heap = await openFractalHeap(hdf5, heapAddress);
  const tree = await openRecordTree(hdf5, treeAddress);
  const links: Link[] = [];
  for (const record of await allRecords(tree, mostLinks)) {
    // By name: a hash of four bytes; by order of creation: its number.
    record.skip(tree.type === 5 ? 4 : 8);
    const link = readLink(await heap.read(record.part(7)));
    if (link) links.push(link);
  }
  return links;
}

function readLink(bytes: Bytes): Link | undefined {
  const version = bytes.u8();
  if (version !== 1) throw new Damaged(`a link has version ${version}`);
  const flags = bytes.u8();
  const kind = flags & 8 ? bytes.u8() : 0;
  if (flags & 4) bytes.skip(8);
  if (flags & 16) bytes.skip(1);
  const name = new TextDecoder().decode(bytes.bytes(bytes.uint(1 << (flags & 3))));
  const address = kind === 0 ? bytes.address() : undefined;
  return address === undefined ? undefined : { name, address };
}

const deepest = 16;

/** A group of the older kind: a tree of tables of symbols, their names in a heap of texts. */
async function readSymbols(hdf5: Hdf5File, tree: number, heap: number, links: Link[]): Promise<void> {
  const { sizes } = hdf5;
  const head = await hdf5.structure(heap, 8 + 2 * sizes.length + sizes.address);
  head.signature("HEAP");
  head.skip(4);
  const nameBytes = head.length();
  head.length();
  const nameAddress = head.address();
  if (nameAddress === undefined) throw new Damaged("the names of a group are nowhere");
  const names = await hdf5.structure(nameAddress, nameBytes);

  const readTable = async (address: number): Promise<void> => {
    const start = await hdf5.structure(address, 8);
    start.signature("SNOD");
    start.skip(2);
    const count = start.u16();
    const entryBytes = 2 * sizes.address + 24;
    const bytes = await hdf5.structure(address, 8 + count * entryBytes);
    bytes.skip(8);
    for (let i = 0; i < count; i++) {
      const entry = bytes.part(entryBytes);
      const nameAt = entry.uint(sizes.address);
      const object = entry.address();
      // 2: a soft link.
      if (entry.u32() === 2 || object === undefined) continue;
      names.at = 0;
      names.skip(nameAt);
      links.push({ name: names.text(), address: object });
      if (links.length > mostLinks) throw new Damaged(`a group has more than ${mostLinks} members`);
    }
  };

  const visit = async (address: number, above: number): Promise<void> => {
    const fixed = 8 + 2 * sizes.address;
    const start = await hdf5.structure(address, fixed);
    start.signature("TREE");
    const [kind, level, count] = [start.u8(), start.u8(), start.u16()];
    if (kind !== 0 || level >= above) throw new Damaged("the tree of a group is malformed");
    const bytes = await hdf5.structure(address, fixed + count * (sizes.length + sizes.address));
    bytes.skip(fixed);
    for (let i = 0; i < count; i++) {
      bytes.skip(sizes.length);
      const child = bytes.address();
      if (child === undefined) throw new Damaged("the tree of a group is malformed");
      if (level > 0) await visit(child, level);
      else await readTable(child);
    }
  };
  await visit(tree, deepest);
}
