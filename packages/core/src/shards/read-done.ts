import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { isQuadratError, QuadratError } from "../errors.js";
import { causesOf, systemCode } from "../system/codes.js";
import { readOpenShard, ShardFault, stateOf } from "./shard-file.js";
import type { ShardState } from "./shard-state.js";

/** A shard whose result is there. */
export type Done = Extract<ShardState, { state: "done" }>;

/**
 * Reads from the file of a shard that was checked before, and makes sure that it still is that file: it may have been done again
 * since, with the same bytes, but it may also have been damaged or put in the place of another.
 * @throws QuadratError of kind "input" if something other than what was checked may have been read
 */
export async function* fromDone<T>(
  done: Done,
  read: (file: FileHandle) => AsyncIterable<T>,
): AsyncGenerator<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(done.file);
    let state = await stateOf(file);
    if (state !== done.seen.state) {
      const now = await readOpenShard(file, true);
      if (now.sha256 !== done.seen.sha256) throw changed(done.file);
      state = now.state;
    }
    yield* read(file);
    if ((await stateOf(file)) !== state) throw changed(done.file);
  } catch (error) {
    throw readFault(error, done.file);
  } finally {
    await file?.close();
  }
}

function readFault(error: unknown, file: string): unknown {
  // What was cut off, or written over, is missing where it is read, or makes no sense there.
  if (error instanceof ShardFault || (isQuadratError(error) && error.kind === "input"))
    return isQuadratError(error) && error.place.file !== undefined ? error : changed(file, error);
  for (const cause of causesOf(error)) {
    const code = systemCode(cause);
    if (code !== "ENOENT" && code !== "ENOTDIR" && code !== "ESTALE") continue;
    return new QuadratError("input", `${file} was removed or renamed while it was being collected`, {
      cause: error,
      hint: `bring ${dirname(dirname(file))} back, or do the shard again, then collect again`,
      place: { file },
    });
  }
  return error;
}

function changed(file: string, cause?: unknown): QuadratError {
  return new QuadratError("input", `${file} was changed while it was being collected`, {
    ...(cause === undefined ? {} : { cause }),
    hint: "collect again: if it is damaged now, that will be said, with what to do",
    place: { file },
  });
}
