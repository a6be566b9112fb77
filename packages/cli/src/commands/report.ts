import { open } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { QuadratError } from "@quadrat/core";
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
        check: async (reader) => {
          await checkOutput(file, reader, options.config);
          await refuseOther(file);
        },
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

/** An existing file is replaced only if it is a page: others may be inputs or outputs. */
async function refuseOther(file: string): Promise<void> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return;
  try {
    const start = Buffer.alloc(512);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    const text = start.toString("latin1", 0, bytesRead).trimStart();
    if (bytesRead === 0 || /^<!doctype html/i.test(text)) return;
  } finally {
    await handle.close();
  }
  throw new QuadratError("usage", `${file} exists and is not a page: it was not changed`, {
    hint: "give another --output",
    place: { file },
  });
}
