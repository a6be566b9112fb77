import type { MemoryLimit } from "@quadrat/core/host";
import { detectMemoryLimit, type DetectedLimit } from "./detect.js";

export interface ResolvedLimit {
  readonly bytes: number;
  /** Where the number comes from, for people. */
  readonly source: string;
  /** Set if more was requested than this process may use; `bytes` is then what it may use. */
  readonly warning?: string;
}

/**
 * Resolves `memory.limit` to bytes: a share of what this process may use, or a number of bytes that is never more than
 * that.
 */
export function resolveMemoryLimit(
  limit: MemoryLimit,
  detected: DetectedLimit = detectMemoryLimit(),
): ResolvedLimit {
  if ("share" in limit) {
    const percent = Number((limit.share * 100).toPrecision(6));
    return {
      bytes: Math.floor(detected.bytes * limit.share),
      source: `${percent}% of ${detected.bytes} bytes (${detected.source})`,
    };
  }
  if (limit.bytes <= detected.bytes) return { bytes: limit.bytes, source: "memory.limit" };
  return {
    bytes: detected.bytes,
    source: detected.source,
    warning:
      `memory.limit asks for ${limit.bytes} bytes, but this process may use ${detected.bytes} ` +
      `(${detected.source}), so that is the limit now`,
  };
}
