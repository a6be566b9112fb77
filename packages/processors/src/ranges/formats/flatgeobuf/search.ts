import type { Bounds } from "@quadrat/core";
import { inputError } from "../../../tables/faults.js";
import type { FileWindow } from "../file-window.js";
import { meets } from "../windows.js";

const nodeBytes = 40;

/** First and last node of each level of the packed R-tree, the leaves first. */
export function levelsOf(count: number, nodeSize: number): { readonly from: number; readonly end: number }[] {
  const sizes = [count];
  for (let size = count; size > 1;) {
    size = Math.ceil(size / nodeSize);
    sizes.push(size);
  }
  let end = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => {
    const level = { from: end - size, end };
    end -= size;
    return level;
  });
}

export function indexBytes(count: number, nodeSize: number): number {
  return nodeSize === 0 || count === 0 ? 0 : levelsOf(count, nodeSize)[0]!.end * nodeBytes;
}

export interface Found {
  /** From the first feature, in bytes. */
  readonly offset: number;
  /** Its number from 0. */
  readonly index: number;
}

/** The features whose boxes meet one of the windows, in the order of the file. */
export async function search(
  window: FileWindow,
  indexAt: number,
  count: number,
  nodeSize: number,
  windows: readonly Bounds[],
): Promise<Found[]> {
  const levels = levelsOf(count, nodeSize);
  const leaves = levels[0]!;
  const found: Found[] = [];
  let nodes = [0];
  for (let level = levels.length - 1; level >= 0 && nodes.length > 0; level--) {
    const next: number[] = [];
    for (const first of nodes) {
      const end = Math.min(first + nodeSize, levels[level]!.end);
      const bytes = await window.read(indexAt + first * nodeBytes, (end - first) * nodeBytes);
      for (let node = first; node < end; node++) {
        const at = (node - first) * nodeBytes;
        const box = [0, 8, 16, 24].map((side) => bytes.readDoubleLE(at + side)) as unknown as Bounds;
        if (!windows.some((one) => meets(box, one))) continue;
        const offset = Number(bytes.readBigUInt64LE(at + 32));
        if (level === 0) found.push({ offset, index: node - leaves.from });
        else {
          const below = levels[level - 1]!;
          if (!(offset >= below.from && offset < below.end))
            throw inputError(window.file, "its index is damaged", { hint: "write the file again" });
          next.push(offset);
        }
      }
    }
    nodes = next;
  }
  return found.toSorted((one, other) => one.offset - other.offset);
}
