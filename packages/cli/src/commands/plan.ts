import { inspectPipeline, type Inspection } from "@quadrat/core/host";
import { withHost } from "../host.js";
import type { SettingOptions } from "../host.js";
import type { Output } from "../output.js";
import { tableText } from "../table.js";
import { counted, formatBytes, formatCount, formatSeconds, formatShare, formatShort } from "../units.js";
import { gridText } from "./validate.js";

export async function run(options: SettingOptions, output: Output): Promise<void> {
  const plan = await withHost(options, output, (host) => inspectPipeline(host.config, host.options));
  output.result(output.json ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan));
}

function scratchText({ scratch_bytes: blocks, parts_bytes: parts }: Inspection["estimate"]): string {
  if (blocks === 0 && parts === 0) return "";
  const [what, bytes] = blocks > parts ? ["decoded blocks", blocks] : ["parts of a Parquet file", parts];
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

function planText(plan: Inspection): string {
  const { estimate, memory_limit_bytes: limit } = plan;
  const { peak_rss_bytes: peak, bytes_per_row: bytesPerRow, learned_from_runs: runs } = estimate;
  const facts = [
    ["cells", `${formatCount(estimate.cells)}, the maximum number of rows`],
    ["rows", `about ${formatCount(estimate.rows)}, of ${counted(bytesPerRow, "byte")} each`],
    [
      "columns",
      `${severalOf(plan) ? "about " : ""}${formatCount(estimate.columns)}: x, y, ${plan.datasets.map(columnsText).join(", ")}`,
    ],
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
  ];
  return `${lines.join("\n")}\n`;
}
