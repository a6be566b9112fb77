import { Damaged } from "../fault.js";
import type { Bytes } from "./bytes.js";
import type { Hdf5File } from "./file.js";

/** A tree of records of equal size, in ascending order (a "version 2 B-tree"). */
export interface RecordTree {
  readonly hdf5: Hdf5File;
  /** What its records are about. */
  readonly type: number;
  readonly recordBytes: number;
  readonly nodeBytes: number;
  readonly depth: number;
  readonly root: number | undefined;
  readonly rootRecords: number;
  readonly records: number;
}

export async function openRecordTree(hdf5: Hdf5File, address: number): Promise<RecordTree> {
  const bytes = await hdf5.checked(address, 16 + hdf5.sizes.address + 2 + hdf5.sizes.length + 4);
  bytes.signature("BTHD");
  bytes.skip(1);
  const type = bytes.u8();
  const nodeBytes = bytes.u32();
  const recordBytes = bytes.u16();
  const depth = bytes.u16();
  bytes.skip(2);
  const root = bytes.address();
  const rootRecords = bytes.u16();
  const records = bytes.length();
  if (recordBytes === 0 || nodeBytes < recordBytes + 10 || depth > 16)
    throw new Damaged("a tree is malformed");
  return { hdf5, type, recordBytes, nodeBytes, depth, root, rootRecords, records };
}

interface TreeNode {
  readonly records: readonly Bytes[];
  readonly children: readonly { readonly address: number; readonly records: number }[];
}

/** Bytes that a count up to `most` takes. */
function bytesFor(most: number): number {
  return Math.floor(Math.log2(Math.max(1, most)) / 8) + 1;
}

/** For each level, how many bytes the number of records of a child, and of all below it, take. */
function countSizes({ hdf5, nodeBytes, recordBytes, depth }: RecordTree): { own: number; all: number[] } {
  const room = nodeBytes - 10;
  const leaf = Math.floor(room / recordBytes);
  const own = bytesFor(leaf);
  const all = [0];
  let below = leaf;
  for (let level = 1; level <= depth; level++) {
    const pointer = hdf5.sizes.address + own + all[level - 1]!;
    const most = Math.floor((room - pointer) / (recordBytes + pointer));
    below = (most + 1) * below + most;
    all.push(bytesFor(below));
  }
  return { own, all };
}

export async function readTreeNode(
  tree: RecordTree,
  address: number,
  count: number,
  level: number,
): Promise<TreeNode> {
  const { hdf5, recordBytes, nodeBytes } = tree;
  const { own, all } = countSizes(tree);
  const pointer = level === 0 ? 0 : hdf5.sizes.address + own + (level > 1 ? all[level - 1]! : 0);
  const used = 6 + count * recordBytes + (level === 0 ? 0 : (count + 1) * pointer) + 4;
  if (used > nodeBytes) throw new Damaged("a node of a tree has too many records");
  const bytes = await hdf5.checked(address, used);
  bytes.signature(level === 0 ? "BTLF" : "BTIN");
  bytes.skip(2);
  const records = Array.from({ length: count }, () => bytes.part(recordBytes));
  const children = [];
  for (let i = 0; level > 0 && i <= count; i++) {
    const child = bytes.address();
    const inChild = bytes.uint(own);
    if (level > 1) bytes.skip(all[level - 1]!);
    if (child === undefined) throw new Damaged("a node of a tree is nowhere");
    children.push({ address: child, records: inChild });
  }
  return { records, children };
}

/** All records, in order. @throws Damaged if there are more than `most` */
export async function allRecords(tree: RecordTree, most: number): Promise<Bytes[]> {
  if (tree.records > most) throw new Damaged(`a tree has ${tree.records} records`);
  const found: Bytes[] = [];
  const visit = async (address: number, count: number, level: number): Promise<void> => {
    const { records, children } = await readTreeNode(tree, address, count, level);
    for (let i = 0; i <= count; i++) {
      const child = children[i];
      if (child) await visit(child.address, child.records, level - 1);
      const record = records[i];
      if (record) found.push(record);
      if (found.length > most) throw new Damaged("a tree has too many records");
    }
  };
  if (tree.root !== undefined && tree.records > 0) await visit(tree.root, tree.rootRecords, tree.depth);
  return found;
}
