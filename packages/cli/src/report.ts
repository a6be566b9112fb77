import { isAbsolute, relative } from "node:path";
import { isAddress } from "@quadrat/core/base";
import type { PredictedAndActual, PredictionOutcome, RunReport } from "@quadrat/core/host";
import { tableText } from "./table.js";
import { counted, formatBytes, formatCount, formatSeconds, formatShare } from "./units.js";

/** Formats a run's report for people; `page` is the page that was made of it. */
export function reportText(report: RunReport, page?: string): string {
  const { columns, files, stages, mode, batch_rows: batch, adaptations } = report;
  const stageTimes = stages.map(({ name, seconds }) => `${name} ${formatSeconds(seconds)}`).join(", ");
  const peak = report.peak_rss_bytes;
  const limit = report.memory_limit_bytes;
  const lines = [
    `${report.experiment}: ${counted(report.rows, "row")}, ${counted(columns.length, "column")} (${listed(columns)})`,
    ...tableText(
      files.map(({ path, bytes, rows, format }) => [
        shortPath(path),
        formatBytes(bytes),
        counted(rows, "row"),
        format,
      ]),
      ["left", "right", "right", "left"],
    ).map((line) => `  ${line}`),
    `time    ${formatSeconds(report.seconds)} (${stageTimes})`,
    `memory  peak ${formatBytes(peak)}, ${formatShare(peak / limit)} of the limit of ${formatBytes(limit)}`,
    `before  ${predictionText(report.prediction)}`,
    `mode    ${mode.start === mode.end ? mode.start : `${mode.start}, then ${mode.end}`}`,
  ];
  if (adaptations.length > 0) {
    lines.push(
      `adapted ${counted(adaptations.length, "time")}, batches of ${formatCount(batch.start)} rows, minimum ${formatCount(batch.min)}, at the end ${formatCount(batch.end)}`,
      ...adaptations.map(
        ({ time, level, ratio, action }) =>
          `  ${time.slice(11, 19)} ${level} at ${formatShare(ratio)} of the limit: ${action}`,
      ),
    );
  }
  if (page !== undefined) lines.push(`report  ${shortPath(page)}`);
  return `${lines.join("\n")}\n`;
}

/** Names of columns that are listed. */
const mostListed = 24;

function listed(columns: readonly string[]): string {
  if (columns.length <= mostListed) return columns.join(", ");
  return `${columns.slice(0, mostListed).join(", ")} and ${columns.length - mostListed} more`;
}

/** The error of the estimate. */
function predictionText(prediction: PredictionOutcome): string {
  const { rows, peak_rss_bytes: memory, disk_bytes: disk, seconds, runs } = prediction;
  const parts = [
    `${counted(rows.predicted, "row")}${errorText(rows)}`,
    `memory ${formatBytes(memory.predicted)}${errorText(memory)}`,
    `disk ${formatBytes(disk.predicted)}${errorText(disk)}`,
    `time ${formatSeconds(seconds.predicted)}${errorText(seconds)}`,
  ];
  return `estimated ${parts.join(", ")}; corrected by ${counted(runs, "earlier run")}`;
}

function errorText({ error }: PredictedAndActual): string {
  if (error === null) return "";
  const percent = Math.round(error * 100);
  return percent === 0 ? " (right)" : ` (${percent > 0 ? "+" : ""}${percent} %)`;
}

/** The shortest form of a path, seen from the working directory. */
export function shortPath(path: string, from = process.cwd()): string {
  if (isAddress(path)) return path;
  const short = relative(from, path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}
