import { isQuadratError, QuadratError } from "../errors.js";
import type { SuspectedLeak } from "../plugin/memory.js";
import type { StageContext } from "./stage.js";
import { defaultStore } from "./targets.js";

/** A leak, for a warning. */
export function leakText({ stage, operation, batches, bytesPerBatch, grownBytes }: SuspectedLeak): string {
  return (
    `stage ${stage} seems to leak memory: ${Math.round(bytesPerBatch)} bytes a batch over ${batches} batches, ` +
    `${Math.round(grownBytes / 1e6)} MB in all, allocated in ${operation}`
  );
}

/** What to throw for a run that was aborted, whatever it broke. */
export function interruption({ reason }: AbortSignal): QuadratError {
  if (isQuadratError(reason)) return reason;
  return new QuadratError("interrupted", "the run was interrupted", {
    cause: reason,
    hint: "what was staged is kept: run the same command again to go on from there",
  });
}

/** What DuckDB says in its own words of a store that has no room, on the disk or in memory: what the user can do about it. */
export function noRoom(
  error: unknown,
  { config, storePath: store = defaultStore(config) }: Pick<StageContext, "config" | "storePath">,
): QuadratError | undefined {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < 5; depth++, cause = cause.cause) {
    if (isQuadratError(cause) && cause.kind !== "internal") return undefined;
    if (/no space left on device|disk quota exceeded/i.test(cause.message)) {
      return new QuadratError("output", `the disk is full: ${store} can't grow`, {
        cause: error,
        hint: "free some space, or choose another place with --store or export.directory; what was staged is kept",
        place: { file: store },
      });
    }
    if (/max_temp_directory_size|failed to offload/i.test(cause.message)) {
      return new QuadratError(
        "output",
        "the disk for temporary files is full: DuckDB can't put aside what it sorts",
        {
          cause: error,
          hint: "free some space there, set TMPDIR to a folder on another disk, or set memory.limit to more; what was staged is kept",
        },
      );
    }
    if (/out of memory error|failed to pin block/i.test(cause.message)) {
      return new QuadratError("memory", "DuckDB can't do its part of the work in its share of memory.limit", {
        cause: error,
        hint: "set memory.limit to more, or threads to fewer; what was staged is kept: the same command goes on from there",
        place: { key: "memory.limit" },
      });
    }
  }
  return undefined;
}
