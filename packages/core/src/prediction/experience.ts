import * as z from "zod";
import type { Demand } from "./demand.js";
import { idleBytes } from "./demand.js";
import { distance, otherInputs, type RunFeatures } from "./features.js";

const amount = z.number().nonnegative();
const quantities = z.object({
  rows: amount,
  peak_rss_bytes: amount,
  store_bytes: amount,
  output_bytes: amount,
  seconds: amount,
  /** By stage. */
  stage_seconds: z.record(z.string(), amount),
});

/** What a run was estimated to need, or what it needed. */
export type Quantities = z.output<typeof quantities>;

/** One earlier run. */
export const pastRun = z.object({
  /** ISO 8601. */
  time: z.string(),
  version: z.string(),
  /** The estimates with which it was compared. */
  model: z.number().optional(),
  features: z.object({
    mode: z.enum(["memory", "streaming"]),
    join: z.string(),
    formats: z.string(),
    limit_bytes: amount,
    threads: amount,
    cells: z.number().positive(),
    values: z.number().positive(),
    reads: amount,
    staged_share: z.number().min(0).max(1),
    lean_process: z.boolean(),
    inputs: z.string(),
  }),
  /** Estimated by sizes alone, without experience. */
  estimated: quantities,
  /** Corrected by the experience at that time. */
  predicted: quantities,
  actual: quantities,
});

export type PastRun = z.output<typeof pastRun>;

/** The factors by which experience corrects an estimate, and the number of runs from which they come. */
export interface Correction {
  readonly runs: number;
  readonly rows: number;
  /** Applied to the memory above that of the idle process. */
  readonly memory: number;
  readonly store: number;
  readonly output: number;
  readonly seconds: number;
  readonly stage: (name: string) => number;
}

/** The number of nearest runs used; of equally near ones the newest. */
const neighbours = 9;

/** Runs further away than this are ignored. */
const horizon = 10;

/** Weight of "the estimate is right", against 1 of a run of the same configuration: a single far run moves little. */
const priorWeight = 0.05;

/** Factors are kept within this and its inverse. */
const largestFactor = 50;

/**
 * Learns from earlier runs: for each quantity, the weighted median of `log(actual / estimated)` over the nearest
 * runs, weight `2^-distance`, drawn towards 0 by {@link priorWeight}. A single outlier does not move the median.
 */
export function learn(history: readonly PastRun[], features: RunFeatures): Correction {
  const ask = (inputsDiffer: number, ratio: (run: PastRun) => number | undefined): number => {
    const votes = near(history, features, inputsDiffer).flatMap(({ run, weight }) => {
      const value = ratio(run);
      return value !== undefined && value > 0 && Number.isFinite(value)
        ? [{ value: Math.log(value), weight }]
        : [];
    });
    if (votes.length === 0) return 1;
    const total = votes.reduce((sum, { weight }) => sum + weight, 0);
    const factor = Math.exp((weightedMedian(votes) * total) / (total + priorWeight));
    return Math.min(largestFactor, Math.max(1 / largestFactor, factor));
  };
  const above = (bytes: number): number => Math.max(1, bytes - idleBytes);
  return {
    runs: near(history, features, otherInputs.memory).length,
    rows: ask(otherInputs.rows, ({ actual, estimated }) => ratioOf(actual.rows, estimated.rows)),
    memory: ask(
      otherInputs.memory,
      ({ actual, estimated }) => above(actual.peak_rss_bytes) / above(estimated.peak_rss_bytes),
    ),
    store: ask(otherInputs.bytes, ({ actual, estimated }) =>
      ratioOf(actual.store_bytes, estimated.store_bytes),
    ),
    output: ask(otherInputs.bytes, ({ actual, estimated }) =>
      ratioOf(actual.output_bytes, estimated.output_bytes),
    ),
    seconds: ask(otherInputs.seconds, ({ actual, estimated }) => ratioOf(actual.seconds, estimated.seconds)),
    stage: (name) =>
      ask(otherInputs.seconds, ({ actual, estimated }) =>
        ratioOf(actual.stage_seconds[name], estimated.stage_seconds[name]),
      ),
  };
}

/** The estimate corrected by experience. */
export function correct(
  demand: Demand,
  correction: Correction,
  most: { cells: number; limitBytes: number },
): Demand {
  const { rows, memory, store, output, seconds, stage } = correction;
  const memoryOf = (bytes: number): number => Math.round(idleBytes + (bytes - idleBytes) * memory);
  const rowsOf = (count: number): number => Math.min(most.cells, Math.round(count * rows));
  const ceiling = Math.max(most.limitBytes, memoryOf(demand.firm_memory_bytes));
  const limited = (bytes: number): number => Math.min(memoryOf(bytes), ceiling);
  return {
    rows: rowsOf(demand.rows),
    peak_memory_bytes: limited(demand.peak_memory_bytes),
    unlimited_memory_bytes: memoryOf(demand.unlimited_memory_bytes),
    firm_memory_bytes: memoryOf(demand.firm_memory_bytes),
    store_bytes: Math.round(demand.store_bytes * store),
    output_bytes: Math.round(demand.output_bytes * output),
    scratch_bytes: demand.scratch_bytes,
    parts_bytes: Math.round(demand.parts_bytes * output),
    seconds: demand.seconds * seconds,
    stages: demand.stages.map((one) => ({
      name: one.name,
      peak_memory_bytes: limited(one.peak_memory_bytes),
      seconds: one.seconds * stage(one.name),
      rows: one.name === "merge" || one.name === "export" ? rowsOf(one.rows) : one.rows,
    })),
  };
}

function ratioOf(actual: number | undefined, estimated: number | undefined): number | undefined {
  return actual !== undefined && estimated !== undefined && estimated > 0 ? actual / estimated : undefined;
}

function near(
  history: readonly PastRun[],
  features: RunFeatures,
  inputsDiffer: number,
): { readonly run: PastRun; readonly weight: number }[] {
  return history
    .map((run, age) => ({ run, age, away: distance(run.features, features, inputsDiffer) }))
    .filter(({ away }) => away <= horizon)
    .sort((a, b) => a.away - b.away || b.age - a.age)
    .slice(0, neighbours)
    .map(({ run, away }) => ({ run, weight: 2 ** -away }));
}

/** Half of the weight lies on each side; between two values that share the middle it is their mean. */
function weightedMedian(votes: readonly { readonly value: number; readonly weight: number }[]): number {
  const sorted = [...votes].sort((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let below = 0;
  for (const [index, { value, weight }] of sorted.entries()) {
    below += weight;
    if (below > half * (1 + 1e-9)) return value;
    if (below >= half * (1 - 1e-9)) return (value + (sorted[index + 1]?.value ?? value)) / 2;
  }
  return 0;
}
