import { resolve } from "node:path";
import { defaultStore, reportPath, runPipeline } from "@quadrat/core/host";
import { withHost } from "../host.js";
import type { SettingOptions } from "../host.js";
import type { Output } from "../output.js";
import { reportText, shortPath } from "../report.js";
import { reportReaderOptions } from "../store-options.js";

interface RunOptions extends SettingOptions {
  readonly fresh?: boolean;
  readonly store?: string;
  readonly wait?: boolean;
}

export async function run(options: RunOptions, output: Output): Promise<void> {
  const { fresh = false, wait = false } = options;
  const done = await withHost(options, output, async ({ config, options: pipeline }) => {
    const store = options.store === undefined ? defaultStore(config) : resolve(options.store);
    const where = options.store === undefined ? {} : { store };
    const report = await runPipeline(config, { ...pipeline, fresh, wait, ...where });
    if (!config.export.report) return { report, store };
    const { makeReport } = await import("../html-report/make-report.js");
    const { progress, signal } = pipeline;
    const page = await makeReport({
      store,
      output: reportPath(config),
      reader: { ...reportReaderOptions(report.memory_limit_bytes), signal },
      progress,
    });
    return { report, store, page };
  });
  const { report, page } = done;
  if (output.json) output.result(`${JSON.stringify(page ? { ...report, report: page } : report, null, 2)}\n`);
  else output.result(reportText(report, page?.path));
  if (!output.json && !page && process.stdout.isTTY) {
    const store =
      options.store === undefined ? experimentOption(options) : ` --store ${shortPath(done.store)}`;
    output.tell(`look at it with: quadrat report --open${store}`);
  }
}

/** The options with which other commands find the same run. */
function experimentOption({ config, experiment }: RunOptions): string {
  const file = config === "config.yml" ? "" : ` --config ${config}`;
  return experiment === undefined ? file : `${file} --experiment ${experiment}`;
}
