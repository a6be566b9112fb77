import { Damaged } from "../fault.js";
import type { Hdf5File } from "./file.js";
import type { ChunkFinder } from "./stored-chunk.js";

interface Node {
  readonly level: number;
  readonly count: number;
  /** The first element of each entry's first chunk, dimension by dimension. */
  readonly firsts: Float64Array;
  readonly bytes: Float64Array;
  readonly masks: Uint32Array;
  readonly children: Float64Array;
}

const nodesKept = 512;
const deepest = 16;

/** Finds chunks in a tree by their first elements (a "version 1 B-tree"), of which it keeps the nodes used last. */
export function chunkTree(hdf5: Hdf5File, root: number, chunk: readonly number[]): ChunkFinder {
  const rank = chunk.length;
  const nodes = new Map<number, Promise<Node>>();
  const nodeAt = (address: number): Promise<Node> => {
    let node = nodes.get(address);
    if (node) nodes.delete(address);
    else {
      node = readNode(hdf5, address, rank);
      node.catch(() => nodes.delete(address));
    }
    nodes.set(address, node);
    for (const oldest of nodes.keys()) {
      if (nodes.size <= nodesKept) break;
      nodes.delete(oldest);
    }
    return node;
  };

  return async (index) => {
    const first = index.map((at, d) => at * chunk[d]!);
    let [address, above] = [root, deepest];
    for (;;) {
      const node = await nodeAt(address);
      if (node.level >= above) throw new Damaged("the tree of its chunks is malformed");
      const entry = lastAtMost(node, first, rank);
      if (entry < 0) return undefined;
      const child = node.children[entry]!;
      if (node.level === 0) {
        if (compare(node, entry, first, rank) !== 0) return undefined;
        return { address: child, bytes: node.bytes[entry]!, mask: node.masks[entry]! };
      }
      [address, above] = [child, node.level];
    }
  };
}

/** The last entry that does not begin after `first`, or -1. */
function lastAtMost(node: Node, first: readonly number[], rank: number): number {
  let [low, high] = [0, node.count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(node, middle, first, rank) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function compare({ firsts }: Node, entry: number, first: readonly number[], rank: number): number {
  for (let d = 0; d < rank; d++) {
    const difference = firsts[entry * rank + d]! - first[d]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

async function readNode(hdf5: Hdf5File, address: number, rank: number): Promise<Node> {
  const fixed = 8 + 2 * hdf5.sizes.address;
  const start = await hdf5.structure(address, fixed);
  start.signature("TREE");
  const [kind, level, count] = [start.u8(), start.u8(), start.u16()];
  if (kind !== 1) throw new Damaged("the tree of its chunks is malformed");
  const keyBytes = 8 + 8 * (rank + 1);
  const bytes = await hdf5.structure(address, fixed + count * (keyBytes + hdf5.sizes.address));
  bytes.skip(fixed);
  const node = {
    level,
    count,
    firsts: new Float64Array(count * rank),
    bytes: new Float64Array(count),
    masks: new Uint32Array(count),
    children: new Float64Array(count),
  };
  for (let i = 0; i < count; i++) {
    node.bytes[i] = bytes.u32();
    node.masks[i] = bytes.u32();
    for (let d = 0; d < rank; d++) node.firsts[i * rank + d] = bytes.uint(8);
    bytes.skip(8);
    const child = bytes.address();
    if (child === undefined) throw new Damaged("the tree of its chunks is malformed");
    node.children[i] = child;
  }
  return node;
}
