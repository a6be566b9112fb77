import { createHash } from "node:crypto";
import { dirname, relative, sep } from "node:path";
import { QuadratError, type StagedFacts } from "@quadrat/core";
import { isSameFile, type HashedFile, type InputFile, type InputFiles } from "@quadrat/core/host";

/** SHA-256 of a file that is there. */
export type HashFile = (path: string) => Promise<string>;

/**
 * The files of an input with their content, if it is what it was when values were made of it; undefined where one of them has
 * changed, come or gone. Only those are read of which the state leaves a doubt.
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
 * What to throw where the files are no longer those that they were before the input was opened, so that what was read may be of
 * both; undefined where they are.
 */
export async function changeOf(
  { before, now }: InputFiles,
  hash: HashFile,
): Promise<QuadratError | undefined> {
  const after = new Map((await now()).map((file) => [file.path, file]));
  for (const { path, state, settled, sha256 } of before) {
    if (after.get(path)?.state !== state) return changed(path);
    if (!settled && sha256 !== (await hash(path))) return changed(path);
    after.delete(path);
  }
  for (const path of after.keys()) return changed(path);
  return undefined;
}

function changed(path: string): QuadratError {
  return new QuadratError("input", `${path} was changed while it was being read`, {
    hint: "run again when nothing writes to it any more: it will be read anew",
    place: { file: path },
  });
}

/** The same files, with what is in them. */
export async function hashInputs(files: readonly InputFile[], hash: HashFile): Promise<InputFile[]> {
  const hashed: InputFile[] = [];
  for (const file of files) {
    hashed.push(file.sha256 === undefined ? { ...file, sha256: await hash(file.path) } : file);
  }
  return hashed;
}

/**
 * What the catalogue tells of an input's content: that of the file at its path, and of those beside it. Several files without one
 * at the path, such as those of a folder, are known by the hash of their names and hashes.
 * @param used those of the files that the values come from; all unless given
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

/** The same of a query, whose content is its text. */
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
