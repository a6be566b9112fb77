import type { Host } from "../host.js";
import type { FoundLimit } from "./cgroup.js";

const mebibyte = 1024 ** 2;
const units: Record<string, number> = { K: 1024, M: mebibyte, G: 1024 ** 3, T: 1024 ** 4 };

/** What Slurm has granted this job on this node (sbatch(1): in MiB unless followed by a unit; 0 means all of the node). */
export function slurmLimits(env: Host["env"]): FoundLimit[] {
  const limits: FoundLimit[] = [];
  const perNode = slurmBytes(env["SLURM_MEM_PER_NODE"]);
  if (perNode !== undefined) limits.push({ bytes: perNode, source: "SLURM_MEM_PER_NODE" });
  const perCpu = slurmBytes(env["SLURM_MEM_PER_CPU"]);
  if (perCpu !== undefined) {
    const key = ["SLURM_CPUS_ON_NODE", "SLURM_CPUS_PER_TASK"].find((name) => Number(env[name]) >= 1);
    limits.push({
      bytes: perCpu * (key === undefined ? 1 : Math.floor(Number(env[key]))),
      source: key === undefined ? "SLURM_MEM_PER_CPU" : `SLURM_MEM_PER_CPU x ${key}`,
    });
  }
  return limits;
}

const resources = [
  ["Max address space", "RLIMIT_AS"],
  ["Max data size", "RLIMIT_DATA"],
  ["Max resident set", "RLIMIT_RSS"],
] as const;

/**
 * Soft limits of a /proc/self/limits text that no resident set can pass; most count virtual memory, so they are higher than
 * what really fits.
 */
export function resourceLimits(limits: string | undefined): FoundLimit[] {
  if (limits === undefined) return [];
  return resources.flatMap(([row, name]) => {
    const soft = new RegExp(`^${row}\\s+(\\d+)\\s`, "m").exec(limits)?.[1];
    return soft === undefined ? [] : [{ bytes: Number(soft), source: `${name} (ulimit)` }];
  });
}

function slurmBytes(text: string | undefined): number | undefined {
  const [, digits, unit = "M"] = /^(\d+)([KMGT])?B?$/i.exec(text?.trim() ?? "") ?? [];
  const bytes = Number(digits) * units[unit.toUpperCase()]!;
  return bytes > 0 ? bytes : undefined;
}
