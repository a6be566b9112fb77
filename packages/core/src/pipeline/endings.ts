import { isQuadratError, QuadratError } from "../errors.js";
import type { SuspectedLeak } from "../plugin/memory.js";

/** A leak, in the words of a warning. */
export function leakText({ stage, operation, batches, bytesPerBatch, grownBytes }: SuspectedLeak): string {
  return (
    `stage ${stage} seems to leak memory: ${Math.round(bytesPerBatch)} bytes per batch over ${batches} batches, ` +
    `${Math.round(grownBytes / 1e6)} MB in all, allocated in ${operation}`
  );
}

/** The error of an aborted run, whatever the abort broke. */
export function interruption({ reason }: AbortSignal): QuadratError {
  if (isQuadratError(reason)) return reason;
  return new QuadratError("interrupted", "the run was interrupted", {
    cause: reason,
    hint: "what was staged is kept: run the same command again to resume",
  });
}
