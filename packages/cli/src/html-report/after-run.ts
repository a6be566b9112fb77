import { reportPath, type RunReport } from "@quadrat/core/host";
import type { Host } from "../host.js";
import { reportReaderOptions } from "../store-options.js";
import type { ReportFacts } from "./make-report.js";

/** Makes the page about a run that has just ended, if the configuration wants one. */
export async function reportAfter(
  { config, options: { progress, signal } }: Pick<Host, "config" | "options">,
  store: string,
  report: Pick<RunReport, "memory_limit_bytes">,
): Promise<ReportFacts | undefined> {
  if (!config.export.report) return undefined;
  const { makeReport } = await import("./make-report.js");
  const reader = { ...reportReaderOptions(report.memory_limit_bytes), signal };
  return makeReport({ store, output: reportPath(config), reader, progress });
}
