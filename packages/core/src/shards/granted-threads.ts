import { availableParallelism } from "node:os";

/** The processors that a batch system has given to a task, where it does not keep the task from using others. */
export function grantedThreads(env: NodeJS.ProcessEnv): number {
  const granted = ["SLURM_CPUS_PER_TASK", "NSLOTS", "PBS_NCPUS"].map((name) => Number(env[name]));
  const found = granted.find((count) => Number.isInteger(count) && count > 0);
  return Math.min(found ?? Infinity, availableParallelism());
}
