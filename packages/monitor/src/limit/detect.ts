import { thisHost, type Host } from "../host.js";
import { slurmLimits, resourceLimits } from "./batch-system.js";
import { cgroupLevels, least, limitOf, type FoundLimit } from "./cgroup.js";

export interface DetectedLimit extends FoundLimit {
  /** Everything that bounds this process, the least first. */
  readonly considered: readonly FoundLimit[];
}

/**
 * How much memory this process may use, in bytes, and who says so: the least of physical memory, the limits of its
 * cgroup and every ancestor (v1 and v2), what Slurm has granted, ulimit, and what Node itself knows.
 * Never fails: what can't be read does not bound.
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
