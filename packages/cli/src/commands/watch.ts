import { setTimeout as wait } from "node:timers/promises";
import { QuadratError } from "@quadrat/core";
import { loadConfig, readLiveReport, readMemoryReport, type MemoryReport } from "@quadrat/core/host";
import { readAsset } from "../html-report/assets.js";
import { openInBrowser } from "../html-report/open.js";
import { memoryText } from "../memory-text.js";
import type { Output } from "../output.js";
import { interruptible } from "../signals.js";
import { storeOf, type StoreOptions } from "../store-options.js";
import { formatSeconds } from "../units.js";
import { serveWatch } from "../watch/server.js";
import { Timeline, type Thresholds } from "../watch/timeline.js";
import { watchPage } from "../watch/watch-page.js";

interface WatchOptions extends StoreOptions {
  readonly open?: boolean;
  readonly port?: string;
}

/** Milliseconds between two looks at the run. */
const lookMs = 500;
/** For how long a page may fetch how the run has ended. */
const lastMs = 3000;

/** Serves a page about a run in progress, on this machine alone and until the run has ended. */
export async function run(options: WatchOptions, output: Output): Promise<void> {
  const port = portOf(options.port);
  const store = await storeOf(options);
  const first = await readLiveReport(store);
  if (!first) {
    throw new QuadratError("usage", `no run is in progress with the store ${store}`, {
      hint: "start one and watch it from another terminal; of the last one `quadrat report` tells",
      place: { file: store },
    });
  }
  const timeline = new Timeline(first, await thresholdsOf(options));
  let ended: string | null = null;
  const state = () => timeline.state(ended);
  const [script, style] = [await readAsset("watch.js"), await readAsset("page.css")];
  const server = await serveWatch(
    { state, page: () => watchPage(first.experiment, state()), script, style },
    port,
  );
  const { url } = server;
  output.result(output.json ? `${JSON.stringify({ url })}\n` : `${url}\n`);
  try {
    await interruptible(
      output,
      async (signal) => {
        if (options.open) await openInBrowser(url);
        for (let live = await readLiveReport(store); live; live = await readLiveReport(store)) {
          if (live.owner !== first.owner) break;
          timeline.add(live);
          await pause(lookMs, signal);
        }
        const report = await readMemoryReport(store).catch(() => undefined);
        ended = endText(report);
        output.result(output.json ? `${JSON.stringify(report ?? null)}\n` : textOf(report));
        await Promise.race([server.told, pause(lastMs, signal)]);
      },
      "the run itself goes on",
    );
  } finally {
    await server.close();
  }
}

/** Those of the configuration, or its defaults if only a store is given. */
async function thresholdsOf({ store, config: file, experiment }: StoreOptions): Promise<Thresholds> {
  const memory = store === undefined ? (await loadConfig({ file, experiment })).memory : undefined;
  return [
    { name: "critical", share: memory?.criticalThreshold ?? 0.9 },
    { name: "warning", share: memory?.warningThreshold ?? 0.8 },
    { name: "recovery", share: memory?.recoveryThreshold ?? 0.7 },
  ];
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

function endText(report: MemoryReport | undefined): string {
  if (!report) return "The run has ended.";
  const { status, seconds } = report;
  return `The run has ended: ${status}${seconds === null ? "" : ` after ${formatSeconds(seconds)}`}.`;
}

function textOf(report: MemoryReport | undefined): string {
  return report ? memoryText(report) : "the run has ended\n";
}

/** @throws QuadratError of kind "usage" */
function portOf(given = "0"): number {
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= 65_535) return port;
  throw new QuadratError("usage", `--port ${given}: not the number of a port`, {
    hint: "give a whole number from 1 to 65535, or 0 for one that is free",
    place: { key: "--port" },
  });
}
