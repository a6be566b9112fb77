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

/** DuckDB says in its own words that there is no room for the store: what the user can do about it. */
export function diskFull(
  error: unknown,
  { config, storePath: store = defaultStore(config) }: Pick<StageContext, "config" | "storePath">,
): QuadratError | undefined {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < 5; depth++, cause = cause.cause) {
    if (isQuadratError(cause) && cause.kind !== "internal") return undefined;
    if (!/no space left on device|disk quota exceeded/i.test(cause.message)) continue;
    return new QuadratError("output", `the disk is full: ${store} can't grow`, {
      cause: error,
      hint: "free some space, or choose another place with --store or export.directory; what was staged is kept",
      place: { file: store },
    });
  }
  return undefined;
}
