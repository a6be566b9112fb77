import type { OpenDataset, StageContext } from "@quadrat/core";
import { findInputFiles, type InputFile, type InputFiles } from "@quadrat/core/host";
import { hashFile } from "./hash.js";
import type { HashFile, KnownHashes } from "./inputs.js";

const hashes = new WeakMap<StageContext, KnownHashes>();

/** What a run has found of its files, of which several datasets may be made. */
export function hashesOf(context: StageContext): KnownHashes {
  const known = hashes.get(context) ?? new Map<string, Promise<string>>();
  hashes.set(context, known);
  return known;
}

/** Files with the content that they are known to have because they have not changed since the plan of shards was made. */
export function knownElsewhere(
  files: readonly InputFile[],
  { elsewhere }: StageContext,
): readonly InputFile[] {
  if (!elsewhere) return files;
  return files.map((file) => ({ ...file, sha256: file.sha256 ?? elsewhere.hash(file.path) }));
}

/** The files of an input that was not opened by Quadrat's own stage: its path. A query has none. */
export function filesOf({ files, config }: OpenDataset): InputFiles | Promise<InputFiles> {
  return files ?? findInputFiles(() => (config.sql === undefined ? [config.path] : []));
}

export function hasher({ workers }: StageContext): HashFile {
  return (path) => hashFile(path, workers);
}
