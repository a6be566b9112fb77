import { dirname, join, resolve } from "node:path";
import { makeReport } from "../html-report/make-report.js";
import { openInBrowser } from "../html-report/open.js";
import type { Output } from "../output.js";
import { shortPath } from "../report.js";
import { interruptible } from "../signals.js";
import { checkOutput } from "../sql/target.js";
import { readerOptions, reportReaderOptions, storeOf, type StoreOptions } from "../store-options.js";
import { formatBytes } from "../units.js";

interface ReportOptions extends StoreOptions {
  readonly output?: string;
  readonly open?: boolean;
}

/** Makes the page about the last run of a store. */
export async function run(options: ReportOptions, output: Output): Promise<void> {
  const store = await storeOf(options);
  const file = options.output === undefined ? join(dirname(store), "report.html") : resolve(options.output);
  const { progress } = output;
  const report = await interruptible(
    output,
    (signal) =>
      makeReport({
        store,
        output: file,
        reader: { ...readerOptions(options, output), ...reportReaderOptions(), signal },
        progress,
        check: (reader) => checkOutput(file, reader, options.config),
      }),
    "",
  );
  output.result(
    output.json
      ? `${JSON.stringify(report, null, 2)}\n`
      : `${shortPath(file)}  ${formatBytes(report.bytes)}\n`,
  );
  if (options.open) await openInBrowser(file);
}
