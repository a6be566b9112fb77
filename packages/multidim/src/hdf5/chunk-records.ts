import { Damaged } from "../fault.js";
import { openRecordTree, readTreeNode, type RecordTree } from "./btree2.js";
import type { Bytes } from "./bytes.js";
import type { Hdf5File } from "./file.js";
import type { ChunkFinder, StoredChunk } from "./stored-chunk.js";

const nodesKept = 256;

type Node = Awaited<ReturnType<typeof readTreeNode>>;

/** Finds chunks of an array that can grow in several dimensions, in a tree of records ordered by their index. */
export function chunkRecords(hdf5: Hdf5File, address: number, chunkBytes: number, rank: number): ChunkFinder {
  let opening: Promise<RecordTree> | undefined;
  const nodes = new Map<number, Promise<Node>>();
  const nodeAt = (tree: RecordTree, at: number, count: number, level: number): Promise<Node> => {
    let node = nodes.get(at);
    if (!node) {
      if (nodes.size >= nodesKept) nodes.clear();
      nodes.set(at, (node = readTreeNode(tree, at, count, level)));
      node.catch(() => nodes.delete(at));
    }
    return node;
  };
  return async (index) => {
    const tree = await (opening ??= openRecordTree(hdf5, address));
    const sizeBytes = tree.recordBytes - hdf5.sizes.address - 8 * rank - 4;
    if (tree.type === 11 && !(sizeBytes >= 1 && sizeBytes <= 8))
      throw new Damaged("the records of its chunks are malformed");
    const read = (record: Bytes): StoredChunk & { readonly first: readonly number[] } => {
      record.at = 0;
      const address = record.address() ?? -1;
      const bytes = tree.type === 11 ? record.uint(sizeBytes) : chunkBytes;
      const mask = tree.type === 11 ? record.u32() : 0;
      return { address, bytes, mask, first: Array.from({ length: rank }, () => record.uint(8)) };
    };
    let [at, count, level] = [tree.root, tree.rootRecords, tree.depth];
    while (at !== undefined && count > 0) {
      const node = await nodeAt(tree, at, count, level);
      let [low, high] = [0, node.records.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        const found = read(node.records[middle]!);
        const order = compare(found.first, index);
        if (order === 0) return found.address < 0 ? undefined : found;
        if (order < 0) low = middle + 1;
        else high = middle;
      }
      const child = node.children[low];
      [at, count, level] = [child?.address, child?.records ?? 0, level - 1];
    }
    return undefined;
  };
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (const [d, value] of one.entries()) if (value !== other[d]) return value - other[d]!;
  return 0;
}
