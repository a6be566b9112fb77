import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { silent, type Progress } from "../pipeline/progress.js";
import { writeWhole } from "../pipeline/output-file.js";
import { foldersOf, type ReadPlan } from "./plan.js";

/** How tasks start Quadrat. */
export interface ShardCommand {
  /** Absolute path of the command. */
  readonly path: string;
  /** The folder of the Node.js that runs it. */
  readonly node: string;
}

const MiB = 2 ** 20;

/** What is asked for, in relation to what is expected: a task that gets too little has to be done again. */
const margin = { memory: 1.3, seconds: 5, minutes: 10 };

/**
 * Memory to ask for, in MiB.
 * @param share what Quadrat uses of it
 */
function memoryFor(bytes: number, share: number): number {
  return 64 * Math.ceil((margin.memory * bytes) / share / MiB / 64);
}

/** Hours, minutes and seconds to ask for. */
function timeFor(seconds: number): string {
  const minutes = 5 * Math.ceil((margin.minutes + (margin.seconds * seconds) / 60) / 5);
  const two = (count: number): string => String(count).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:00`;
}

/** A text as a word of the shell. */
function word(text: string): string {
  return /^[\w./:=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Whether staging the tables takes longer than a shard: then they are better done first. */
function preparesFirst({ estimate, shards }: ReadPlan): boolean {
  return estimate.prepare_seconds > 2 * median(shards.map(({ seconds }) => seconds));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** The scripts with which Slurm does a plan, by their names. */
export function slurmScripts(plan: ReadPlan, command: ShardCommand): Readonly<Record<string, string>> {
  const { folder, experiment, estimate, shards, configuration } = plan;
  const { limit } = configuration.memory;
  const share = "share" in limit ? limit.share : 0.8;
  const least = "bytes" in limit ? limit.bytes : 0;
  const logs = foldersOf(folder).logs;
  const name = experiment.replaceAll(/[^\w.-]/g, "_");
  const script = (what: string, asks: readonly string[], action: string): string =>
    [
      "#!/bin/bash",
      `#SBATCH --job-name=quadrat-${name}-${what}`,
      ...asks.map((ask) => `#SBATCH ${ask}`),
      "#SBATCH --ntasks=1",
      "#SBATCH --open-mode=append",
      "",
      `export PATH=${word(command.node)}:"$PATH"`,
      `exec "\${QUADRAT:-${command.path.replaceAll(/["\\$\`]/g, "\\$&")}}" shard ${action} ${word(folder)}`,
      "",
    ].join("\n");
  const memory = (bytes: number): string => `--mem=${Math.max(memoryFor(bytes, share), least / MiB)}M`;
  const prepare = preparesFirst(plan);
  const files: Record<string, string> = {
    "shards.sbatch": script(
      "shards",
      [
        `--array=0-${shards.length - 1}`,
        "--cpus-per-task=1",
        memory(estimate.memory_bytes),
        `--time=${timeFor(Math.max(...shards.map(({ seconds }) => seconds)))}`,
        "--requeue",
        `--output=${word(join(logs, "shard-%a.log"))}`,
      ],
      "run",
    ),
    "collect.sbatch": script(
      "collect",
      [
        "--cpus-per-task=2",
        memory(estimate.collect_memory_bytes),
        `--time=${timeFor(estimate.collect_seconds)}`,
        "--requeue",
        `--output=${word(join(logs, "collect.log"))}`,
      ],
      "collect",
    ),
  };
  if (prepare) {
    files["prepare.sbatch"] = script(
      "prepare",
      [
        "--cpus-per-task=2",
        memory(estimate.collect_memory_bytes),
        `--time=${timeFor(estimate.prepare_seconds)}`,
        "--requeue",
        `--output=${word(join(logs, "prepare.log"))}`,
      ],
      "prepare",
    );
  }
  const after = (job: string): string => `--dependency=afterok:"$${job}" --kill-on-invalid-dep=yes`;
  files["submit.sh"] = [
    "#!/bin/sh",
    "# Submits the shards of this plan to Slurm, and the job that collects them when all have succeeded.",
    "# Arguments go to sbatch, such as --partition=long or --account=forest.",
    "set -eu",
    'cd "$(dirname "$0")"',
    ...(prepare
      ? [
          'tables=$(sbatch --parsable "$@" prepare.sbatch)',
          `shards=$(sbatch --parsable ${after("tables")} "$@" shards.sbatch)`,
        ]
      : ['shards=$(sbatch --parsable "$@" shards.sbatch)']),
    `collect=$(sbatch --parsable ${after("shards")} "$@" collect.sbatch)`,
    `echo "submitted as job $shards, collected by job $collect"`,
    `echo "if one fails: quadrat shard status ${folder.replaceAll(/["\\$\`]/g, "\\$&")}"`,
    "",
  ].join("\n");
  return files;
}

/** Writes them into the folder of the plan; returns the script that submits the others. */
export async function writeSlurmScripts(
  plan: ReadPlan,
  command: ShardCommand,
  progress: Progress = silent,
): Promise<string> {
  for (const [name, text] of Object.entries(slurmScripts(plan, command))) {
    const path = join(plan.folder, name);
    await writeWhole(path, (temporary) => writeFile(temporary, text), progress, "choose another folder");
    if (name.endsWith(".sh")) await chmod(path, 0o755);
  }
  return join(plan.folder, "submit.sh");
}
