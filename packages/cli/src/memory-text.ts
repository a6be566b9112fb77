import type { MemoryReport } from "@quadrat/core/host";
import { tableText } from "./table.js";
import { counted, formatBytes, formatCount, formatSeconds, formatShare } from "./units.js";

/** Describes the memory use of a run: stages with their operations, decisions, suspected leaks. */
export function memoryText(report: MemoryReport): string {
  const { peak_rss_bytes: peak, memory_limit_bytes: limit, mode } = report;
  const lines = [
    `run ${report.run}, ${report.experiment}: ${report.status}${report.seconds === null ? "" : ` in ${formatSeconds(report.seconds)}`}`,
  ];
  if (peak !== null && limit !== null) {
    lines.push(
      `peak ${formatBytes(peak)}, ${formatShare(peak / limit)} of the limit of ${formatBytes(limit)}`,
    );
  }
  if (mode.start !== null && mode.end !== null) {
    lines.push(`mode ${mode.start === mode.end ? mode.start : `${mode.start}, then ${mode.end}`}`);
  }
  lines.push("", ...profileLines(report), "", ...decisionLines(report), ...leakLines(report));
  return `${lines.join("\n")}\n`;
}

function profileLines({ stages, operations }: MemoryReport): string[] {
  const rows = [["", "calls", "time", "peak", "growth"]];
  const names =
    stages.length > 0 ? stages.map(({ name }) => name) : [...new Set(operations.map(({ stage }) => stage))];
  for (const name of names) {
    const stage = stages.find((one) => one.name === name);
    rows.push(
      stage
        ? [
            name,
            "",
            formatSeconds(stage.seconds),
            formatBytes(stage.peak_rss_bytes),
            signed(stage.growth_bytes),
          ]
        : [name, "", "", "", ""],
    );
    for (const { operation, calls, seconds, peak_bytes, growth_bytes } of operations.filter(
      (one) => one.stage === name,
    )) {
      rows.push([
        `  ${operation}`,
        formatCount(calls),
        formatSeconds(seconds),
        peak_bytes > 0 ? formatBytes(peak_bytes) : "",
        signed(growth_bytes),
      ]);
    }
  }
  return tableText(rows, ["left", "right", "right", "right", "right"]);
}

function decisionLines({ decisions }: MemoryReport): string[] {
  if (decisions.length === 0) return ["memory required no changes"];
  return [
    `${counted(decisions.length, "decision")}:`,
    ...decisions.map(
      ({ time, level, ratio, action }) =>
        `  ${time.slice(11, 19)} ${level} at ${formatShare(ratio)} of the limit: ${action}`,
    ),
  ];
}

function leakLines({ leaks }: MemoryReport): string[] {
  if (leaks.length === 0) return ["no suspected leaks"];
  return leaks.map(
    ({ stage, operation, batches, bytes_per_batch, grown_bytes }) =>
      `suspected leak in stage ${stage}: ${formatBytes(bytes_per_batch)} per batch over ${formatCount(batches)} batches, ` +
      `${formatBytes(grown_bytes)} in all, allocated in ${operation}`,
  );
}

function signed(bytes: number | null): string {
  if (bytes === null) return "";
  return bytes < 0 ? `-${formatBytes(-bytes)}` : `+${formatBytes(bytes)}`;
}
