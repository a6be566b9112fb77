import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { hashes } from "../shards/support.js";
import { runUntil } from "./process.js";

/** The same numbers from 0 to 1 for the same seed (Park and Miller). */
export function* numbers(seed: number): Generator<number, never> {
  for (let state = (seed * 48_271) % 0x7fffffff || 1; ;) {
    state = (state * 48_271) % 0x7fffffff;
    yield state / 0x7fffffff;
  }
}

/** A command. */
export interface Step {
  readonly args: readonly string[];
  /** A folder that has to be removed before the command is started again: it refuses one that is not empty. */
  readonly afresh?: string;
}

/** A run from nothing to its outputs, in one process or in several. */
export interface Way {
  readonly name: "single" | "shards";
  /** The commands, one after another. */
  readonly steps: readonly Step[];
  /** Where the outputs are. */
  readonly outputs: string;
  /** Folders to be removed before the next round. */
  readonly folders: readonly string[];
  /** Where nothing temporary may be left, and what may be there. */
  readonly clean: readonly (readonly [folder: string, allowed: RegExp])[];
}

/** What the way takes when nobody kills it. */
export interface Undisturbed {
  /** Milliseconds of each step. */
  readonly times: readonly number[];
  readonly staged: number;
  readonly hashes: Readonly<Record<string, string>>;
}

export interface Kill {
  readonly step: string;
  readonly stage: string;
  /** Since the start of the process. */
  readonly seconds: number;
}

/** A way that was killed once or twice, and started again until it was done. */
export interface Round {
  readonly way: Way["name"];
  readonly kills: readonly Kill[];
  /** Whether a process went on from what a killed one had left. */
  readonly resumed: boolean;
  /** Cells that were staged more than once, of all, a kill. */
  readonly again: number;
  /** Outputs with other bytes, and files that should not be there. */
  readonly faults: readonly string[];
}

const patient = 600_000;

export async function undisturbed(way: Way, datasets: ReadonlySet<string>): Promise<Undisturbed> {
  const times: number[] = [];
  let staged = 0;
  for (const { args } of way.steps) {
    const ended = await runUntil(patient, args, datasets);
    times.push(ended.milliseconds);
    staged += ended.staged;
  }
  const found = await hashes(way.outputs);
  await removeAll(way.folders);
  return { times, staged, hashes: found };
}

/**
 * Kills a way at a moment, starts it again, and perhaps kills it once more.
 * @param moment from 0 to 1, of the time that the way takes undisturbed
 * @param second the moment of another kill, of what the step takes that was killed
 */
export async function killed(
  way: Way,
  usual: Undisturbed,
  datasets: ReadonlySet<string>,
  moment: number,
  second: number | undefined,
): Promise<Round> {
  const total = usual.times.reduce((sum, time) => sum + time, 0);
  let left = moment * total;
  const victim = usual.times.findIndex((time) => (left -= time) < 0);
  const time = usual.times[victim]!;
  const at = left + time;
  const kills: Kill[] = [];
  let [staged, resumed] = [0, false];
  for (const [index, { args, afresh }] of way.steps.entries()) {
    const patience = index === victim ? [at, ...(second === undefined ? [] : [second * time])] : [];
    for (;;) {
      const ended = await runUntil(patience.shift() ?? patient, args, datasets);
      staged += ended.staged;
      resumed ||= ended.resumed && kills.length > 0;
      if (!ended.killed) break;
      const words = args.slice(0, 2).filter((word) => !word.startsWith("--"));
      kills.push({
        step: [...words, ...args.filter((_, i) => args[i - 1] === "--index")].join(" "),
        stage: ended.stage,
        seconds: ended.milliseconds / 1000,
      });
      if (afresh !== undefined) await rm(afresh, { recursive: true, force: true });
    }
  }
  const faults = [...differences(await hashes(way.outputs), usual.hashes), ...(await leftovers(way))];
  await removeAll(way.folders);
  const again = Math.max(0, staged - usual.staged) / usual.staged / Math.max(1, kills.length);
  return { way: way.name, kills, resumed, again, faults };
}

function differences(
  found: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(found), ...Object.keys(expected)]);
  return [...names].filter((name) => found[name] !== expected[name]).map((name) => `${name} differs`);
}

async function leftovers({ clean }: Way): Promise<string[]> {
  const found: string[] = [];
  for (const [folder, allowed] of clean) {
    for (const name of await readdir(folder))
      if (!allowed.test(name)) found.push(`${join(folder, name)} is left`);
  }
  return found;
}

async function removeAll(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}

/** A row a round: what was killed when, at what, and what came of it. */
export function tableOf(rounds: readonly Round[]): string {
  const lines = rounds.flatMap(({ way, kills, again, faults }) =>
    kills.map(({ step, stage, seconds }, index) => [
      index === 0 ? way : `${way}, again`,
      step,
      `${seconds.toFixed(2)} s`,
      stage,
      index === kills.length - 1 ? `${(100 * again).toFixed(1)} %` : "",
      index < kills.length - 1 ? "" : faults.length === 0 ? "equal" : faults.join(", "),
    ]),
  );
  const head = ["way", "command", "moment", "at", "staged again, a kill", "bytes"];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]!.length)),
  );
  return [head, ...lines]
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The figures of all rounds in a few lines. */
export function summaryOf(rounds: readonly Round[]): string {
  const kills = rounds.reduce((sum, round) => sum + round.kills.length, 0);
  const shares = rounds.filter((round) => round.kills.length > 0).map(({ again }) => again);
  const mean = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const byStage = new Map<string, number>();
  for (const { stage } of rounds.flatMap((round) => round.kills))
    byStage.set(stage, (byStage.get(stage) ?? 0) + 1);
  return [
    `${kills} kills in ${rounds.length} runs, ${rounds.filter(({ resumed }) => resumed).length} of which went on from what was left`,
    `staged again, a kill: ${percent(mean)} in the mean, ${percent(Math.max(0, ...shares))} at most`,
    `bytes differ or files are left: ${rounds.filter(({ faults }) => faults.length > 0).length} runs`,
    ...[...byStage].sort(([, a], [, b]) => b - a).map(([stage, count]) => `  ${count} at ${stage}`),
  ].join("\n");
}
