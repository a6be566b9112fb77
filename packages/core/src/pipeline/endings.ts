import { isQuadratError, QuadratError } from "../errors.js";
import type { SuspectedLeak } from "../plugin/memory.js";

/** A leak, for a warning. */
export function leakText({ stage, operation, batches, bytesPerBatch, grownBytes }: SuspectedLeak): string {
  return (
    `stage ${stage} seems to leak memory: ${Math.round(bytesPerBatch)} bytes a batch over ${batches} batches, ` +
    `${Math.round(grownBytes / 1e6)} MB in all, allocated in ${operation}`
  );
}

/** Nothing is left to give up: what would have sufficed. */
export function beyondLimit(used: number, limit: number): QuadratError {
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  return new QuadratError(
    "memory",
    `${megabytes(used)} of the limit of ${megabytes(limit)} are in use, with every size at its least`,
    {
      hint:
        `set memory.limit to ${megabytes(used / sufficientShare)} or more; what was staged is kept: ` +
        "the same command goes on from there",
      place: { key: "memory.limit" },
    },
  );
}

/** Of a sufficient limit, what is in use should be no more than this: below the threshold of a warning by default. */
const sufficientShare = 0.8;

/** What to throw for a run that was aborted, whatever it broke. */
export function interruption({ reason }: AbortSignal): QuadratError {
  if (isQuadratError(reason)) return reason;
  return new QuadratError("interrupted", "the run was interrupted", {
    cause: reason,
    hint: "what was staged is kept: run the same command again to go on from there",
  });
}
