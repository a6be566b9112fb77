import { Damaged } from "../fault.js";
import type { Hdf5File } from "./file.js";
import { readLinks } from "./links.js";
import { readObject, type HeaderMessage } from "./object-header.js";

/** A dataset of a file, not yet understood. */
export interface FoundObject {
  /** With its groups, without a leading slash. */
  readonly path: string;
  readonly address: number;
  readonly messages: readonly HeaderMessage[];
}

const mostObjects = 16384;
const deepest = 32;

/** All objects that are not groups, each under the first path that leads to it. */
export async function walk(hdf5: Hdf5File, root: number): Promise<FoundObject[]> {
  const seen = new Set<number>();
  const found: FoundObject[] = [];
  const visit = async (address: number, path: string, depth: number): Promise<void> => {
    if (seen.has(address)) return;
    seen.add(address);
    if (seen.size > mostObjects) throw new Damaged(`it has more than ${mostObjects} objects`);
    if (depth > deepest) throw new Damaged(`its groups are more than ${deepest} deep`);
    const messages = await readObject(hdf5, address);
    const links = await readLinks(hdf5, messages);
    if (!links) {
      found.push({ path, address, messages });
      return;
    }
    for (const { name, address } of links)
      await visit(address, path === "" ? name : `${path}/${name}`, depth + 1);
  };
  await visit(root, "", 0);
  return found;
}
