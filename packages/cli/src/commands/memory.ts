import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { loadConfig, readLiveReport, readMemoryReport, type LiveReport } from "@quadrat/core/host";
import type { GlobalOptions } from "../host.js";
import { memoryText } from "../memory-text.js";
import type { Output } from "../output.js";
import { formatBytes, formatCount, formatShare } from "../units.js";

interface MemoryOptions extends GlobalOptions {
  readonly store?: string;
  readonly watch?: boolean;
}

/** Milliseconds between two looks at a run in progress. */
const lookMs = 500;

export async function run(options: MemoryOptions, output: Output): Promise<void> {
  const store = options.store === undefined ? await storeOf(options) : resolve(options.store);
  let live = await readLiveReport(store);
  if (live && !options.watch) {
    output.result(output.json ? `${JSON.stringify(live)}\n` : `${liveText(live)}\n`);
    output.tell("a run is in progress; use --watch to follow it. Its profile is available when it has ended");
    return;
  }
  if (options.watch && !live) output.tell("no run is in progress; this is the last one");
  for (let shown = ""; live; live = await readLiveReport(store)) {
    if (live.time !== shown) output.result(output.json ? `${JSON.stringify(live)}\n` : `${liveText(live)}\n`);
    shown = live.time;
    await wait(lookMs);
  }
  const report = await readMemoryReport(store);
  output.result(
    output.json ? `${JSON.stringify(report, null, options.watch ? 0 : 2)}\n` : memoryText(report),
  );
}

async function storeOf({ config: file, experiment }: GlobalOptions): Promise<string> {
  const config = await loadConfig({ file, experiment });
  return join(config.export.directory, "quadrat.duckdb");
}

function liveText(live: LiveReport): string {
  const {
    time,
    stage,
    used_bytes: used,
    limit_bytes: limit,
    mode,
    batch_rows: rows,
    window_size: window,
  } = live;
  const memory = `${formatBytes(used)}, ${formatShare(used / limit)} of ${formatBytes(limit)}`;
  const sizes = `${mode}, batches of ${formatCount(rows)} rows, windows of ${window} pixels`;
  const last = live.last_adaptation === null ? "" : `; last change: ${live.last_adaptation}`;
  return `${time.slice(11, 19)} ${stage}: ${memory}; ${sizes}${last}`;
}
