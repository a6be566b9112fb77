import type { MemoryLevel, MemorySample } from "@quadrat/core";
import type { MemoryParts } from "@quadrat/core/host";

/** A sample with its time and its share of the limit. */
export interface MemoryReading extends MemorySample {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `used / limit`, to nine decimals. */
  readonly ratio: number;
  /** What was measured against which limit, if the backend says so. */
  readonly source?: string;
  /** The parts of the memory, if the host of the monitor provides them. */
  readonly parts?: MemoryParts;
}

/** The crossing of a threshold, with the reading that crossed it. */
export interface MemoryEvent extends MemoryReading {
  readonly level: MemoryLevel;
}

/** The reading of a sample; undefined unless the sample is a number of bytes used and a positive limit. */
export function toReading(
  sample: MemorySample,
  time: number,
  parts?: MemoryParts,
): MemoryReading | undefined {
  const { used, limit } = sample;
  if (!(Number.isFinite(used) && used >= 0 && Number.isFinite(limit) && limit > 0)) return undefined;
  const { source } = sample as { source?: unknown };
  const ratio = Math.round((used / limit) * 1e9) / 1e9;
  return {
    time,
    used,
    limit,
    ratio,
    ...(typeof source === "string" ? { source } : {}),
    ...(parts && { parts }),
  };
}
