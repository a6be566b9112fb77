import { resolve } from "node:path";
import { runPipeline } from "@quadrat/core";
import { openHost } from "../host.js";
import type { SettingOptions } from "../host.js";
import type { Output } from "../output.js";
import { reportText } from "../report.js";
import { interruptible } from "../signals.js";

interface RunOptions extends SettingOptions {
  readonly fresh?: boolean;
  readonly store?: string;
}

export async function run(options: RunOptions, output: Output): Promise<void> {
  const { config, registry, memory } = await openHost(options, output);
  const report = await interruptible(output, (signal) =>
    runPipeline(config, {
      registry,
      memory,
      progress: output.progress,
      signal,
      fresh: options.fresh ?? false,
      ...(options.store === undefined ? {} : { store: resolve(options.store) }),
    }),
  );
  output.close();
  output.result(output.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
}
