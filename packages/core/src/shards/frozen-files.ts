import { QuadratError } from "../errors.js";
import type { InputFile } from "../inputs/input-files.js";
import { isAddress } from "../remote/address.js";
import { isIdentified } from "../inputs/remote-input.js";
import { findInputFiles } from "../inputs/input-files.js";
import { sha256Of } from "../sha256.js";
import type { FrozenFile, PlannedDataset, ShardPlan } from "./plan.js";

/** What of a file's state is the same on all machines that see it: all but the number of the device. */
export function portableState({ state }: Pick<InputFile, "state">): string {
  return state.slice(state.indexOf(":") + 1);
}

/** A file with its content; read only if the content is not known yet. */
export async function freeze(file: InputFile, signal?: AbortSignal): Promise<FrozenFile> {
  signal?.throwIfAborted();
  refuseUnidentified(file);
  const { path, bytes, sha256 = await sha256Of(path) } = file;
  return { path, bytes, sha256, state: portableState(file) };
}

/** @throws QuadratError for a file at an address of which the server does not say which version it has */
export function refuseUnidentified(file: Pick<InputFile, "path" | "sha256">): void {
  if (isAddress(file.path) && !isIdentified(file)) {
    throw new QuadratError(
      "input",
      `the server of ${file.path} does not say which version of the file it has (no ETag, no Last-Modified older than a minute), so that shards could not know whether they read the same`,
      { hint: "download it and give the path of the local copy", place: { file: file.path } },
    );
  }
}

/**
 * Refuses files that are not those of the plan. Only those are read whose state differs, as that of a copy does.
 * @throws QuadratError of kind "input" that names the first file that has changed
 */
export async function checkFrozen(
  { datasets, mask = [] }: Pick<ShardPlan, "datasets" | "mask">,
  signal: AbortSignal,
): Promise<void> {
  const done = new Set<string>();
  for (const { name, files } of [{ name: undefined, files: mask }, ...datasets]) {
    for (const file of files) {
      signal.throwIfAborted();
      if (done.has(file.path)) continue;
      done.add(file.path);
      const { before } = await findInputFiles(() => [file.path]);
      const [now] = before;
      if (!now) throw changed(name, file.path, "is missing");
      if (now.bytes !== file.bytes) throw changed(name, file.path, "has changed");
      if (now.settled && portableState(now) === file.state) continue;
      if ((now.sha256 ?? (await sha256Of(file.path))) !== file.sha256)
        throw changed(name, file.path, "has changed");
    }
  }
}

/** Refuses files of an input that were not there when the plan was made, such as new ones in a folder. */
export function checkSameFiles({ name, files }: PlannedDataset, now: readonly InputFile[]): void {
  const known = new Set(files.map(({ path }) => path));
  const added = now.find(({ path }) => !known.has(path));
  if (added) throw changed(name, added.path, "has appeared");
}

/** The error for a column that the plan does not have, such as that of a new file of a pattern. */
export function newColumn(name: string, files: readonly InputFile[]): QuadratError {
  return changed(name, files[0]?.path ?? name, "has appeared");
}

function changed(dataset: string | undefined, file: string, what: string): QuadratError {
  return new QuadratError("input", `${file} ${what} since the plan was made`, {
    hint: "bring the file of the plan back, or make a new plan in another folder with `quadrat shard plan`",
    place: { file, ...(dataset !== undefined && { dataset }) },
  });
}
