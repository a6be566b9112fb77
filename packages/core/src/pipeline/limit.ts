import type { Config } from "../config/types.js";
import { QuadratError } from "../errors.js";
import type { MemoryWatch } from "../plugin/memory.js";
import { hasAddresses } from "../remote/for-config.js";
import { leastBytes } from "./footprint.js";

/** What messages about the limit need. */
export interface LimitContext {
  readonly config: Pick<Config, "memory" | "datasets"> & Partial<Pick<Config, "grid" | "mask">>;
  readonly memory: Pick<MemoryWatch, "limitNote" | "limitBytes">;
  /** The number of datasets, once it is known that entries make several. */
  readonly datasets?: number;
}

/** Backends that report ratios to the limit, whatever the limit is. */
const relative: readonly string[] = ["scripted", "psi"];

/** The error when nothing is left to give up. */
export function beyondLimit(used: number, limit: number, context: LimitContext): QuadratError {
  return new QuadratError(
    "memory",
    `${megabytes(used)} of the limit of ${megabytes(limit)} are in use, with every size at its minimum`,
    {
      hint: `${sufficient(used, context)}; what was staged is kept: run the same command again to resume`,
      place: { key: "memory.limit" },
    },
  );
}

/** @throws QuadratError of kind "memory" if there is no room for the program itself, so that nothing could be given up */
export function refuseHopelessLimit(context: LimitContext, used = process.memoryUsage.rss()): void {
  const { config, memory } = context;
  if (relative.includes(config.memory.backend) || used < memory.limitBytes) return;
  throw new QuadratError(
    "memory",
    `${megabytes(used)} of the limit of ${megabytes(memory.limitBytes)} are in use before any work has begun`,
    { hint: sufficient(used, context), place: { key: "memory.limit" } },
  );
}

/** The warning for a run that was over before it could be stopped. */
export function overrun(peak: number, context: LimitContext): string | undefined {
  const { limitBytes } = context.memory;
  if (relative.includes(context.config.memory.backend) || peak <= limitBytes) return undefined;
  return (
    `the memory limit was not kept: the peak was ${megabytes(peak)}, the limit is ${megabytes(limitBytes)}. ` +
    `The results are complete; ${sufficient(peak, context)}`
  );
}

/** The warning for a run that can't be expected to keep the limit. */
export function unkeepable(expected: number, context: LimitContext): string | undefined {
  const { limitBytes } = context.memory;
  if (expected <= limitBytes) return undefined;
  return `the run is expected to need ${megabytes(expected)}, more than the limit of ${megabytes(limitBytes)}: ${sufficient(expected, context)}`;
}

/**
 * A limit that would have been sufficient: one at which these bytes cause no warning, and which has room for the
 * program.
 */
function sufficient(used: number, { config, memory, datasets }: LimitContext): string {
  const { warningThreshold, backend } = config.memory;
  const count = datasets ?? Object.keys(config.datasets).length;
  const ownMemory = relative.includes(backend) ? 0 : leastBytes(count, hasAddresses(config));
  const remark = relative.includes(backend)
    ? ` (unless memory.backend ${backend}, which reports ratios to any limit, continues to report as much)`
    : memory.limitNote
      ? `, and request as much memory (${memory.limitNote})`
      : "";
  return `set memory.limit to ${megabytes(Math.max(used / warningThreshold, ownMemory))} or more${remark}`;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
