import { QuadratError } from "../errors.js";
import type { ReadPlan } from "./plan.js";

/** Variables in which batch systems give the number of a task, and the number of their first task. */
const variables = [
  { name: "SLURM_ARRAY_TASK_ID", first: 0 },
  { name: "AWS_BATCH_JOB_ARRAY_INDEX", first: 0 },
  { name: "JOB_COMPLETION_INDEX", first: 0 },
  { name: "PBS_ARRAY_INDEX", first: 0 },
  // Grid Engine has no task 0.
  { name: "SGE_TASK_ID", first: 1 },
] as const;

/**
 * The shard that a process is to do: the given one, or the one that the batch system names.
 * @throws QuadratError of kind "usage" if there is none, or the plan doesn't have it
 */
export function taskIndex(plan: ReadPlan, given: string | undefined, env: NodeJS.ProcessEnv): number {
  const { length } = plan.shards;
  const range = `the shards of the plan are 0 to ${length - 1}`;
  if (given !== undefined) return checked(given, 0, "--index", length, range);
  for (const { name, first } of variables) {
    const value = env[name];
    // Grid Engine says "undefined" outside of an array.
    if (value === undefined || value === "" || value === "undefined") continue;
    return checked(value, first, name, length, range);
  }
  throw new QuadratError("usage", "which shard is not known", {
    hint: `give its number with --index, or run this as a task of an array: ${variables.map(({ name }) => name).join(", ")} are understood; ${range}`,
  });
}

function checked(value: string, first: number, what: string, shards: number, range: string): number {
  const index = /^\d+$/.test(value.trim()) ? Number(value) - first : NaN;
  if (index >= 0 && index < shards) return index;
  const counted = first === 0 ? "" : `, which ${what} counts from ${first}`;
  throw new QuadratError("usage", `${what} is ${value}, but ${range}${counted}`, {
    hint: `the array of tasks has to go from ${first} to ${shards - 1 + first}`,
  });
}
