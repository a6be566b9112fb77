import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { quietly } from "../system/clean-up.js";
import { isGone, newOwner } from "../system/owner.js";
import { foldersOf } from "./plan.js";

/** The folder in which a process works on a shard, which no other process uses. */
export interface WorkFolder {
  readonly path: string;
  /** Whether a killed process has left it. */
  readonly resumed: boolean;
  remove(): Promise<void>;
}

/**
 * Makes a folder for this process, or takes over that of a process of this machine that exists no longer: renaming it succeeds
 * for one process alone. Folders of other machines are left alone, as nobody can know whether their processes still run.
 */
export async function openWorkFolder(folder: string, name: string): Promise<WorkFolder> {
  const { work } = foldersOf(folder);
  await mkdir(work, { recursive: true });
  const path = join(work, `${name}-${newOwner()}`);
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  for (const left of await leftBehind(folder, name)) {
    try {
      await rename(join(work, left), path);
      return { path, resumed: true, remove };
    } catch {
      // Another process was faster.
    }
  }
  await mkdir(path);
  return { path, resumed: false, remove };
}

/** Removes what killed processes of this machine have left of a shard: once it is done, and nobody needs it. */
export async function removeLeftBehind(folder: string, name: string): Promise<void> {
  const { work, shards } = foldersOf(folder);
  for (const left of await leftBehind(folder, name))
    await quietly(() => rm(join(work, left), { recursive: true, force: true }));
  const start = `.${name}.shard.`;
  for (const name of await namesIn(shards)) {
    if (!name.startsWith(start) || !name.endsWith(".partial")) continue;
    if (isGone(name.slice(start.length, -".partial".length)))
      await quietly(() => rm(join(shards, name), { force: true }));
  }
}

/** Folders of a shard whose processes are gone, as names in the folder of work. */
async function leftBehind(folder: string, name: string): Promise<string[]> {
  const start = `${name}-`;
  const names = await namesIn(foldersOf(folder).work);
  return names.filter((name) => name.startsWith(start) && isGone(name.slice(start.length)));
}

/** The shards that somebody seems to work on, with the owners of their folders. */
export async function worksIn(folder: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const name of await namesIn(foldersOf(folder).work)) {
    const [, shard, owner] = /^(\d+|tables|collect)-(.*)$/.exec(name) ?? [];
    if (shard === undefined || owner === undefined) continue;
    found.set(shard, [...(found.get(shard) ?? []), owner]);
  }
  return found;
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
