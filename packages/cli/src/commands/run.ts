import { resolve } from "node:path";
import { runPipeline } from "@quadrat/core/host";
import { withHost } from "../host.js";
import type { SettingOptions } from "../host.js";
import type { Output } from "../output.js";
import { reportText } from "../report.js";

interface RunOptions extends SettingOptions {
  readonly fresh?: boolean;
  readonly store?: string;
  readonly wait?: boolean;
}

export async function run(options: RunOptions, output: Output): Promise<void> {
  const { fresh = false, store, wait = false } = options;
  const where = store === undefined ? {} : { store: resolve(store) };
  const report = await withHost(options, output, (host) =>
    runPipeline(host.config, { ...host.options, fresh, wait, ...where }),
  );
  output.result(output.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
}
