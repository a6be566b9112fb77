import { inspectPipeline, type InspectedDataset, type Inspection } from "@quadrat/core/host";
import { withHost } from "../host.js";
import type { SettingOptions } from "../host.js";
import type { Output } from "../output.js";
import { shortPath } from "../report.js";
import { tableText } from "../table.js";
import { counted, formatCount } from "../units.js";

export async function run(options: SettingOptions, output: Output): Promise<void> {
  const found = await withHost(options, output, (host) => inspectPipeline(host.config, host.options));
  const { experiment, grid, mask, cell_columns, datasets, formats } = found;
  const facts = { valid: true, experiment, grid, mask, cell_columns, datasets, formats };
  output.result(output.json ? `${JSON.stringify(facts, null, 2)}\n` : inspectionText(options.config, found));
}

function inspectionText(file: string, { experiment, grid, mask, datasets, formats }: Inspection): string {
  const rows = datasets.map((dataset) => [
    dataset.name,
    dataset.reads ? `query of ${dataset.reads.join(", ")}` : shortPath(dataset.path) + originText(dataset),
    dataset.driver,
    dataset.size ? dataset.size.map(formatCount).join(" x ") : "",
    dataset.crs ? shortCrs(dataset.crs) : "",
    dataset.type,
    dataset.method,
    extentText(dataset),
  ]);
  const lines = [
    `${file}, experiment ${experiment}: valid`,
    gridText(grid),
    ...(mask ? [`mask ${shortPath(mask.path)}: ${counted(mask.cells, "cell")}`] : []),
    "",
    ...tableText([["dataset", "file", "driver", "pixels", "crs", "type", "method", "extent"], ...rows]),
    "",
    `${counted(datasets.length, "dataset")} to ${formats.join(", ")}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** What of its file a column is made from. */
function originText({ origin }: InspectedDataset): string {
  const { band, time } = origin ?? {};
  if (band !== undefined) return `, band ${band}`;
  if (!time) return "";
  const { first, last, steps, statistic, then } = time;
  if (statistic === undefined) return `, ${first}`;
  const range = steps === 1 ? first : `${first} to ${last}`;
  return `, ${then === undefined ? "" : `${then} of `}${statistic} of ${counted(steps, "step")}, ${range}`;
}

/** The grid on one line. */
export function gridText(grid: Inspection["grid"]): string {
  const { crs, width, height, resolution, bounds } = grid;
  const size = [...new Set(resolution)].join(" x ");
  return `grid ${shortCrs(crs)}: ${formatCount(width)} x ${formatCount(height)} cells of ${size}, ${listText(bounds)}`;
}

function extentText({ extent }: InspectedDataset): string {
  return extent ? listText(extent.map((value) => Number(value.toPrecision(9)))) : "";
}

function listText(values: readonly number[]): string {
  return `[${values.join(", ")}]`;
}

/** WKT is shown by its name, anything else as it is. */
function shortCrs(crs: string): string {
  return /^\s*\w+\s*\[\s*"([^"]*)"/.exec(crs)?.[1] ?? crs;
}
