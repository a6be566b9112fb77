import { thisHost, type Host } from "../host.js";
import { slurmLimits, resourceLimits } from "./batch-system.js";
import { cgroupLevels, least, limitOf, type FoundLimit } from "./cgroup.js";

export interface DetectedLimit extends FoundLimit {
  /** Everything that bounds this process, lowest first. */
  readonly considered: readonly FoundLimit[];
}

/**
 * How much memory this process may use, in bytes, and the source of that figure: the minimum of physical memory,
 * the limits of its cgroup and every ancestor (v1 and v2), the grant of Slurm, ulimit, and what Node itself
 * knows. Never fails: sources that can't be read are ignored.
 */
export function detectMemoryLimit(host: Host = thisHost): DetectedLimit {
  const total = { bytes: host.totalMemory(), source: "physical memory" };
  const candidates: (FoundLimit | undefined)[] = [
    total,
    ...cgroupLevels(host).map((level) => limitOf(host, level)),
    ...slurmLimits(host.env),
    ...resourceLimits(host.readText("/proc/self/limits")),
    { bytes: host.constrainedMemory() ?? 0, source: "process.constrainedMemory()" },
  ];
  const considered = candidates
    .filter(
      (limit): limit is FoundLimit => limit !== undefined && limit.bytes > 0 && limit.bytes <= total.bytes,
    )
    .sort((a, b) => a.bytes - b.bytes);
  return { ...(least(considered) ?? total), considered };
}
