import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, relative, sep } from "node:path";
import { isQuadratError, QuadratError, type StagedFacts } from "@quadrat/core";
import { isAddress } from "@quadrat/core/base";
import { isSameFile, type HashedFile, type InputFile, type InputFiles } from "@quadrat/core/host";

/** SHA-256 of an existing file. */
export type HashFile = (path: string) => Promise<string>;

/**
 * The files of an input with their content, if it is the same as when values were made from it; undefined if one of them has
 * changed, appeared or disappeared. Only files whose state leaves a doubt are read.
 */
export async function unchangedInputs(
  then: readonly InputFile[],
  now: readonly InputFile[],
  hash: HashFile,
): Promise<readonly InputFile[] | undefined> {
  if (then.length !== now.length) return undefined;
  const same: InputFile[] = [];
  for (const [index, file] of now.entries()) {
    const earlier = then[index]!;
    if (earlier.path !== file.path) return undefined;
    if (isSameFile(earlier, file)) {
      same.push({ ...file, sha256: earlier.sha256 });
      continue;
    }
    if (earlier.sha256 === undefined) return undefined;
    const sha256 = file.sha256 ?? (await hash(file.path));
    if (sha256 !== earlier.sha256) return undefined;
    same.push({ ...file, sha256 });
  }
  return same;
}

/**
 * The error to throw if the files are no longer those that they were before the input was opened, so that what was read may
 * be a mixture; undefined if they are unchanged.
 */
export async function changeOf(
  { before, now }: InputFiles,
  hash: HashFile,
): Promise<QuadratError | undefined> {
  const list = await now().catch((error: unknown) => {
    // Not all inputs can be listed without the files that were there.
    const gone = before.find(({ path }) => !isAddress(path) && !existsSync(path));
    if (gone) return changed(gone.path, "removed");
    throw error;
  });
  if (isQuadratError(list)) return list;
  const after = new Map(list.map((file) => [file.path, file]));
  for (const { path, state, settled, sha256 } of before) {
    if (after.get(path)?.state !== state) return changed(path);
    if (!settled && !isAddress(path) && sha256 !== (await hash(path))) return changed(path);
    after.delete(path);
  }
  for (const path of after.keys()) return changed(path);
  return undefined;
}

function changed(path: string, how: "changed" | "removed" = "changed"): QuadratError {
  return new QuadratError("input", `${path} was ${how} while it was being read`, {
    hint: "run again when nothing writes to it any more: it will then be read again",
    place: { file: path },
  });
}

/** Hashes of files by their path and state. */
export type KnownHashes = Map<string, Promise<string>>;

/**
 * The same files, with their content.
 * @param known what other inputs have found of the same files; extended
 */
export async function hashInputs(
  files: readonly InputFile[],
  hash: HashFile,
  known: KnownHashes,
): Promise<InputFile[]> {
  const hashed: InputFile[] = [];
  for (const file of files) {
    const key = `${file.path}\0${file.state}`;
    const sha256 = file.sha256 ?? known.get(key) ?? hash(file.path);
    if (typeof sha256 !== "string") known.set(key, sha256);
    hashed.push({ ...file, sha256: await sha256 });
  }
  return hashed;
}

/**
 * What the catalogue says about an input's content: that of the file at its path, and of the files beside it. Several files
 * without one at the path, such as those of a folder, are identified by the hash of their names and hashes.
 * @param used those of the files from which the values come; default all
 */
export function contentOf(
  path: string,
  hashed: readonly InputFile[],
  used: readonly string[] | undefined,
): Pick<StagedFacts, "sha256" | "bytes" | "sideFiles"> {
  const there = hashed.flatMap((file): HashedFile[] =>
    file.sha256 === undefined ? [] : [{ path: file.path, bytes: file.bytes, sha256: file.sha256 }],
  );
  const own = there.find((file) => file.path === path);
  const others = there.filter((file) => file !== own && (used?.includes(file.path) ?? true));
  const { sha256, bytes } = own ?? together(path, others);
  return { sha256, bytes, ...(others.length > 0 ? { sideFiles: others } : {}) };
}

/** The same for a query, whose content is its text. */
export function contentOfQuery(sql: string): Pick<StagedFacts, "sha256" | "bytes"> {
  return { sha256: createHash("sha256").update(sql).digest("hex"), bytes: Buffer.byteLength(sql) };
}

function together(path: string, files: readonly HashedFile[]): Pick<HashedFile, "sha256" | "bytes"> {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${file.sha256}  ${relative(dirname(path), file.path).split(sep).join("/")}\n`);
  }
  return { sha256: hash.digest("hex"), bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}
