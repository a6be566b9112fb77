import type { Config } from "../config/types.js";
import { QuadratError } from "../errors.js";
import type { MemoryWatch } from "../plugin/memory.js";
import { leastBytes } from "./footprint.js";

/** What a limit is told with. */
export interface LimitContext {
  readonly config: Pick<Config, "memory" | "datasets">;
  readonly memory: Pick<MemoryWatch, "limitNote" | "limitBytes">;
}

/** Backends that tell shares of the limit, whatever that is. */
const relative: readonly string[] = ["scripted", "psi"];

/** Nothing is left to give up. */
export function beyondLimit(used: number, limit: number, context: LimitContext): QuadratError {
  return new QuadratError(
    "memory",
    `${megabytes(used)} of the limit of ${megabytes(limit)} are in use, with every size at its least`,
    {
      hint: `${sufficient(used, context)}; what was staged is kept: the same command goes on from there`,
      place: { key: "memory.limit" },
    },
  );
}

/** @throws QuadratError of kind "memory" when there is no room for the program itself, so that nothing could be given up */
export function refuseHopelessLimit(context: LimitContext, used = process.memoryUsage.rss()): void {
  const { config, memory } = context;
  if (relative.includes(config.memory.backend) || used < memory.limitBytes) return;
  throw new QuadratError(
    "memory",
    `${megabytes(used)} of the limit of ${megabytes(memory.limitBytes)} are in use before any work has begun`,
    { hint: sufficient(used, context), place: { key: "memory.limit" } },
  );
}

/** For a warning: a run that was over before it could be stopped. */
export function overrun(peak: number, context: LimitContext): string | undefined {
  const { limitBytes } = context.memory;
  if (relative.includes(context.config.memory.backend) || peak <= limitBytes) return undefined;
  return (
    `the memory limit was not kept: the peak was ${megabytes(peak)}, the limit is ${megabytes(limitBytes)}. ` +
    `The results are whole; ${sufficient(peak, context)}`
  );
}

/** For a warning: a run that can't be expected to keep the limit. */
export function unkeepable(expected: number, context: LimitContext): string | undefined {
  const { limitBytes } = context.memory;
  if (expected <= limitBytes) return undefined;
  return `a run is expected to need ${megabytes(expected)}, more than the limit of ${megabytes(limitBytes)}: ${sufficient(expected, context)}`;
}

/** Which limit would have done: one of which so many bytes give no warning yet, and which has room for the program. */
function sufficient(used: number, { config, memory }: LimitContext): string {
  const { warningThreshold, backend } = config.memory;
  const ownMemory = relative.includes(backend) ? 0 : leastBytes(Object.keys(config.datasets).length);
  const remark = relative.includes(backend)
    ? ` (unless memory.backend ${backend}, which tells shares of any limit, goes on to tell as much)`
    : memory.limitNote
      ? `, and have as much granted (${memory.limitNote})`
      : "";
  return `set memory.limit to ${megabytes(Math.max(used / warningThreshold, ownMemory))} or more${remark}`;
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
