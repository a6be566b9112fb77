import { dirname, resolve } from "node:path";
import { QuadratError } from "@quadrat/core";
import {
  defaultStore,
  collectPart,
  collectParts,
  collectShards,
  planShards,
  readPlan,
  runShard,
  statusOf,
  taskIndex,
  writeSlurmScripts,
  type PartsReport,
  type PlanStatus,
  type ReadPlan,
  type ShardCommand,
  type ShardReport,
} from "@quadrat/core/host";
import { hosted, withHost, type Host, type SettingOptions } from "../host.js";
import { reportAfter } from "../html-report/after-run.js";
import type { Output } from "../output.js";
import { reportText, shortPath } from "../report.js";
import { interruptible } from "../signals.js";
import { tableText } from "../table.js";
import { counted, formatBytes, formatCount, formatSeconds } from "../units.js";

interface ShardOptions extends SettingOptions {
  readonly action: "plan" | "prepare" | "run" | "status" | "collect";
  readonly folder: string;
  readonly shards?: string;
  readonly slurm?: boolean;
  readonly index?: string;
  readonly quick?: boolean;
  readonly partitioned?: boolean;
  readonly wait?: boolean;
  readonly fresh?: boolean;
}

const resumes = "what was done of the shard is kept: run the same command on this machine again to resume";

export async function run(options: ShardOptions, output: Output): Promise<void> {
  switch (options.action) {
    case "plan":
      return plan(options, output);
    case "prepare":
      return work(options, output);
    case "run":
      return work(options, output);
    case "status":
      return status(options, output);
    case "collect":
      return collect(options, output);
  }
}

function give(output: Output, value: unknown, text: string): void {
  output.result(output.json ? `${JSON.stringify(value, null, 2)}\n` : text);
}

async function plan(options: ShardOptions, output: Output): Promise<void> {
  const shards = countOf(options.shards);
  const folder = resolve(options.folder);
  let submit: string | null = null as string | null;
  const made = await withHost(
    options,
    output,
    async (host) => {
      const planned = await planShards(host.config, { folder, shards }, host.options);
      if (options.slurm) submit = await writeSlurmScripts(planned, ownCommand(), host.options.progress);
      return planned;
    },
    "nothing was planned",
  );
  const { checksum, datasets, shards: parts, estimate } = made;
  give(output, { folder, checksum, datasets, shards: parts, estimate, submit }, planText(made, submit));
}

/** How this process was started, for the tasks of a batch system. */
function ownCommand(): ShardCommand {
  return { path: resolve(process.argv[1] ?? "quadrat"), node: dirname(process.execPath) };
}

function countOf(text: string | undefined): number {
  const count = /^\d+$/.test(text ?? "") ? Number(text) : NaN;
  if (count >= 1 && count <= 1_000_000) return count;
  throw new QuadratError("usage", `--shards is ${text}`, { hint: "give a whole number from 1 on" });
}

function withPlan<T>(
  options: ShardOptions,
  output: Output,
  act: (plan: ReadPlan, host: Host) => Promise<T>,
  hint?: string,
): Promise<T> {
  return readPlan(resolve(options.folder)).then((found) =>
    hosted(found.configuration, output, (host) => act(found, host), hint),
  );
}

async function work(options: ShardOptions, output: Output): Promise<void> {
  const report = await withPlan(
    options,
    output,
    (found, host) => {
      const index = options.action === "run" ? taskIndex(found, options.index, process.env) : undefined;
      return runShard(found, index, host.options);
    },
    resumes,
  );
  give(output, report, workText(report));
}

function workText({
  shard,
  state,
  file,
  cells,
  datasets,
  resumed,
  seconds,
  peak_rss_bytes,
}: ShardReport): string {
  const name = shard === null ? "tables" : `shard ${shard}`;
  if (state === "nothing to do") return `${name}: there are no tables, nothing to do\n`;
  if (state === "done before") return `${name}: done before, nothing to do: ${shortPath(file)}\n`;
  const range = cells ? `cells ${cells[0]} to ${cells[1] - 1} of ` : "";
  const after = resumed ? ", resumed" : "";
  return `${name}: ${range}${counted(datasets.length, "dataset")} in ${formatSeconds(seconds)}, peak ${formatBytes(peak_rss_bytes)}${after}: ${shortPath(file)}\n`;
}

async function status(options: ShardOptions, output: Output): Promise<void> {
  const found = await readPlan(resolve(options.folder));
  const state = await interruptible(
    output,
    (signal) => statusOf(found, { quick: options.quick ?? false, signal }),
    "",
  );
  give(output, state, statusText(state));
}

function statusText(state: PlanStatus): string {
  const { folder, experiment, done, missing, damaged, begun, array, tables, shards } = state;
  const counts = [
    `${done} done`,
    `${missing} missing`,
    `${damaged} damaged`,
    ...(begun > 0 ? [`${begun} begun`] : []),
  ];
  const lines = [`${experiment}: ${counted(shards.length, "shard")}, ${counts.join(", ")}`];
  if (tables !== "none") lines.push(`tables  ${tables}`);
  for (const { index, reason, begun_on: hosts, state: own } of shards) {
    if (own === "damaged") lines.push(`damaged ${index}: ${reason}`);
    if (hosts.length > 0) lines.push(`begun   ${index} on ${hosts.join(", ")}`);
  }
  if (array !== "") lines.push(`to do   ${array}`);
  else lines.push(`next    quadrat shard collect ${shortPath(folder)}`);
  return `${lines.join("\n")}\n`;
}

async function collect(options: ShardOptions, output: Output): Promise<void> {
  if (options.index !== undefined) {
    if (!options.partitioned)
      throw new QuadratError("usage", "--index is of one part, but the outputs are not in parts", {
        hint: "add --partitioned, or leave out --index",
      });
    const part = await withPlan(options, output, (found, host) =>
      collectPart(found, taskIndex(found, options.index, process.env), host.options, host.openWatch),
    );
    const before = part.reused ? ", made before" : "";
    give(
      output,
      part,
      `${shortPath(part.path)}: ${counted(part.rows, "row")}, ${formatBytes(part.bytes)}${before}\n`,
    );
    return;
  }
  if (options.partitioned) {
    const parts = await withPlan(
      options,
      output,
      (found, host) => collectParts(found, host.options, host.openWatch),
      "the files that are complete are kept: run the same command again to resume",
    );
    give(output, parts, partsText(parts));
    return;
  }
  const { fresh = false, wait = false } = options;
  const { report, page } = await withPlan(
    options,
    output,
    async (found, host) => {
      const report = await collectShards(found, { ...host.options, fresh, wait });
      return { report, page: await reportAfter(host, defaultStore(host.config), report) };
    },
    "what was collected is kept: run the same command again to resume",
  );
  give(output, page ? { ...report, report: page } : report, reportText(report, page?.path));
}

function partsText({ experiment, directory, rows, columns, files, reused, seconds }: PartsReport): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const before = reused > 0 ? `, ${reused} of them made before` : "";
  const lines = [
    `${experiment}: ${counted(rows, "row")}, ${counted(columns.length, "column")} in ${formatSeconds(seconds)}`,
    `  ${shortPath(directory)}/part-*.parquet  ${counted(files.length, "file")}${before}, ${formatBytes(bytes)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function planText(made: ReadPlan, submit: string | null): string {
  const { folder, experiment, grid, datasets, shards, estimate } = made;
  const where = ({ staged_by: by, beyond }: ReadPlan["datasets"][number]): string => {
    if (by === "every shard") return "in every shard";
    if (by !== "collect") return `in shard ${String(by)}`;
    return typeof beyond === "string"
      ? `when collected: it ${beyond}`
      : "when collected: it reads a table, or such a query";
  };
  const rows = shards.map(({ rows: [first, end] }) => end - first);
  const seconds = shards.map((shard) => shard.seconds);
  const last = shards.length - 1;
  const short = shortPath(folder);
  const lines = [
    `${experiment}: ${formatCount(grid.width)} x ${formatCount(grid.height)} cells in ${counted(shards.length, "shard")}, planned in ${short}`,
    ...tableText([
      ["rows", `${Math.min(...rows)} to ${Math.max(...rows)} of the grid in each shard`],
      [
        "time",
        `about ${formatSeconds(Math.max(...seconds))} a shard in one thread, then ${formatSeconds(estimate.collect_seconds)} to collect`,
      ],
      ["memory", `about ${formatBytes(estimate.memory_bytes)} a shard in one thread`],
      ...datasets.map((dataset) => [dataset.name, `${dataset.kind}, staged ${where(dataset)}`]),
    ]),
    ...(datasets.some(({ kind }) => kind === "table")
      ? [`first, if tables take long:  quadrat shard prepare ${short}`]
      : []),
    ...(submit === null
      ? [
          `run each shard:  quadrat shard run ${short} --index I   (I from 0 to ${last}, or from the batch system)`,
          `then:            quadrat shard collect ${short}`,
        ]
      : [`submit:  ${shortPath(submit)}   (arguments go to sbatch)`]),
  ];
  return `${lines.join("\n")}\n`;
}
