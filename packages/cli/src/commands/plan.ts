import { inspectPipeline } from "@quadrat/core";
import type { Inspection } from "@quadrat/core";
import { withHost } from "../host.js";
import type { SettingOptions } from "../host.js";
import type { Output } from "../output.js";
import { tableText } from "../table.js";
import { formatBytes, formatCount, formatSeconds, formatShare, formatShort } from "../units.js";
import { gridText } from "./validate.js";

export async function run(options: SettingOptions, output: Output): Promise<void> {
  const plan = await withHost(options, output, (host) => inspectPipeline(host.config, host.options));
  output.result(output.json ? `${JSON.stringify(plan, null, 2)}\n` : planText(plan));
}

function planText(plan: Inspection): string {
  const { estimate, mode, memory_limit_bytes: limit } = plan;
  const peak = estimate.peak_memory_bytes[mode];
  const facts = [
    ["cells", `${formatCount(estimate.cells)}, the rows at most`],
    [
      "columns",
      `${formatCount(estimate.columns)}: x, y, ${plan.datasets.map(({ name }) => name).join(", ")}`,
    ],
    ["pixels", `${formatShort(estimate.pixels)} to read`],
    ["window", `${plan.window_size} x ${plan.window_size} pixels`],
    ["batch", `${formatCount(plan.batch_rows)} rows`],
    ["mode", mode],
    [
      "memory",
      `about ${formatBytes(peak)}, ${formatShare(peak / limit)} of the limit of ${formatBytes(limit)}`,
    ],
    ["disk", `about ${formatBytes(estimate.disk_bytes)}`],
    ["time", `about ${formatSeconds(estimate.seconds)}`],
    ["formats", plan.formats.join(", ")],
  ];
  return `${[`${plan.experiment}: ${gridText(plan.grid)}`, ...tableText(facts)].join("\n")}\n`;
}
