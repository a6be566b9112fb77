import { resolve } from "node:path";
import { defaultStore, inspectPipeline, type Inspection } from "@quadrat/core/host";
import { withHost } from "../host.js";
import type { SettingOptions } from "../host.js";
import type { Output } from "../output.js";
import { shortPath } from "../report.js";
import { tableText } from "../table.js";
import { counted, formatBytes, formatCount, formatSeconds, formatShare, formatShort } from "../units.js";
import { gridText } from "./validate.js";

interface PlanOptions extends SettingOptions {
  readonly store?: string;
}

export async function run(options: PlanOptions, output: Output): Promise<void> {
  const plan = await withHost(options, output, (host) => {
    const store = options.store === undefined ? defaultStore(host.config) : resolve(options.store);
    return inspectPipeline(host.config, { ...host.options, store });
  });
  output.result(output.json ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan));
}

function scratchText({ scratch_bytes: blocks, parts_bytes: parts }: Inspection["estimate"]): string {
  if (blocks === 0 && parts === 0) return "";
  const [what, bytes] = blocks > parts ? ["decoded blocks", blocks] : ["parts of an output", parts];
  return `, ${what} ${formatBytes(bytes)} for a while`;
}

function severalOf({ datasets }: Inspection): boolean {
  return datasets.some(({ several }) => several !== null);
}

/** A dataset's column, or what is known of its columns before it is read. */
function columnsText({ name, several }: Inspection["datasets"][number]): string {
  if (several === null) return name;
  const { each, at_most: most, about } = several;
  const number =
    most === null
      ? `their number is known once it is read; ${formatCount(about)} assumed`
      : `at most ${formatCount(most)}`;
  return `${name}_<${each}> (${number})`;
}

/** Which queries could be made part by part, as `shard collect --partitioned` does. */
function queriesText({ datasets }: Inspection): string[] {
  const queries = datasets.flatMap(({ name, reads, beyond }) =>
    reads === null
      ? []
      : [
          [
            `  ${name}`,
            beyond === null ? "looks at its own cell only" : `looks at other cells: it ${beyond}`,
          ],
        ],
  );
  return queries.length > 0 ? ["queries", ...tableText(queries)] : [];
}

const actions = {
  reuse: "reused",
  resume: "resumed",
  stage: "staged",
  keep: "kept",
  write: "written",
} as const;

function workText({ work }: Inspection): string[] {
  if (!work) return [];
  const title = "work that a run would do, by its store";
  if (!work.datasets) return [`${title}: not known, as ${work.note ?? "nothing says so"}`];
  const rows = work.datasets.map(({ name, action, reason }) => [`  ${name}`, actions[action], reason]);
  const outputs = (work.outputs ?? []).map(({ path, action, reason }) => [
    `  ${shortPath(path)}`,
    actions[action],
    reason,
  ]);
  return [title, ...tableText([...rows, ...outputs])];
}

function pointsText({ points }: Inspection): string[][] {
  if (!points) return [];
  const { records, rows, background } = points;
  const more = background > 0 ? ` and ${formatCount(background)} of background` : "";
  return [
    [
      "points",
      `at most ${formatCount(rows)} rows: records of ${records}${more}; made in one piece, also of shards`,
    ],
  ];
}

function planText(plan: Inspection): string {
  const { estimate, memory_limit_bytes: limit, mask } = plan;
  const { peak_rss_bytes: peak, bytes_per_row: bytesPerRow, learned_from_runs: runs } = estimate;
  const facts = [
    ["cells", `${formatCount(estimate.cells)}${mask ? "" : ", the maximum number of rows"}`],
    ...(mask ? [["mask", `${formatCount(mask.cells)} cells, the maximum number of rows`]] : []),
    ["rows", `about ${formatCount(estimate.rows)}, of ${counted(bytesPerRow, "byte")} each`],
    [
      "columns",
      `${severalOf(plan) ? "about " : ""}${formatCount(estimate.columns)}: ${["x", "y", ...plan.cell_columns, ...plan.datasets.map(columnsText)].join(", ")}`,
    ],
    ...pointsText(plan),
    ["pixels", `${formatShort(estimate.pixels)} to read`],
    ["window", `${plan.window_size} x ${plan.window_size} pixels`],
    ["batch", `${formatCount(plan.batch_rows)} rows, ${estimate.batch_reason}`],
    ["mode", `${plan.mode}: ${estimate.mode_reason}`],
    [
      "memory",
      `about ${formatBytes(peak)}, ${formatShare(peak / limit)} of the limit of ${formatBytes(limit)}`,
    ],
    [
      "disk",
      `about ${formatBytes(estimate.disk_bytes)}: store ${formatBytes(estimate.store_bytes)}, outputs ${formatBytes(estimate.output_bytes)}${scratchText(estimate)}`,
    ],
    ["time", `about ${formatSeconds(estimate.seconds)}`],
    ["formats", plan.formats.join(", ")],
    [
      "learned",
      runs > 0
        ? `corrected by ${counted(runs, "earlier run")}`
        : "nothing: no earlier run resembles this one",
    ],
  ];
  const stages = estimate.stages.map(({ name, peak_rss_bytes: bytes, seconds }) => [
    `  ${name}`,
    formatBytes(bytes),
    formatSeconds(seconds),
  ]);
  const lines = [
    `${plan.experiment}: ${gridText(plan.grid)}`,
    ...tableText(facts),
    "stages, with their peak memory and time",
    ...tableText(stages, ["left", "right", "right"]),
    ...queriesText(plan),
    ...workText(plan),
  ];
  return `${lines.join("\n")}\n`;
}
