import { resolve } from "node:path";
import { defaultStore, runPipeline } from "@quadrat/core/host";
import { withHost } from "../host.js";
import type { SettingOptions } from "../host.js";
import type { Output } from "../output.js";
import { reportAfter } from "../html-report/after-run.js";
import { reportText, shortPath } from "../report.js";

interface RunOptions extends SettingOptions {
  readonly fresh?: boolean;
  readonly store?: string;
  readonly wait?: boolean;
}

export async function run(options: RunOptions, output: Output): Promise<void> {
  const { fresh = false, wait = false } = options;
  const done = await withHost(options, output, async (host) => {
    const { config, options: pipeline } = host;
    const store = options.store === undefined ? defaultStore(config) : resolve(options.store);
    const where = options.store === undefined ? {} : { store };
    const report = await runPipeline(config, { ...pipeline, fresh, wait, ...where });
    return { report, store, page: await reportAfter(host, store, report) };
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
