import type { LiveReport } from "@quadrat/core/host";
import { counted, formatBytes, formatCount, formatSeconds, formatShare } from "../units.js";
import type { WatchState } from "./watch-state.js";

/** Readings that are kept: then every two become the greater of them. */
const mostReadings = 1200;
const mostDecisions = 200;

export type Thresholds = WatchState["chart"]["thresholds"];

/** What was seen of a run in progress, with bounded memory however long it goes on. */
export class Timeline {
  readonly #thresholds: Thresholds;
  #samples: (readonly [at: number, used: number])[] = [];
  readonly #decisions: WatchState["chart"]["decisions"][number][] = [];
  /** Readings of which each sample is the greatest. */
  #stride = 1;
  #pending: (readonly [at: number, used: number])[] = [];
  #last: LiveReport;
  #seen = 0;

  constructor(first: LiveReport, thresholds: Thresholds) {
    this.#thresholds = thresholds;
    this.#last = first;
    this.#seen = first.adaptations;
    this.add(first);
  }

  add(live: LiveReport): void {
    const at = secondsOf(live);
    const { used_bytes: used, adaptations, last_adaptation: action } = live;
    this.#pending.push([at, used]);
    if (this.#pending.length >= this.#stride) {
      this.#samples.push(greatest(this.#pending));
      this.#pending = [];
    }
    if (this.#samples.length >= mostReadings) {
      this.#samples = this.#samples.flatMap((_, i, all) =>
        i % 2 === 0 ? [greatest(all.slice(i, i + 2))] : [],
      );
      this.#stride *= 2;
    }
    if (adaptations > this.#seen && action !== null) {
      const others = adaptations - this.#seen - 1;
      const text = others > 0 ? `${action} (and ${counted(others, "other")} before it)` : action;
      this.#decisions.push({ at, used, action: text });
      if (this.#decisions.length > mostDecisions) this.#decisions.shift();
    }
    this.#seen = adaptations;
    this.#last = live;
  }

  /** @param ended how the run has ended; null while it goes on */
  state(ended: string | null): WatchState {
    const live = this.#last;
    const { used_bytes: used, limit_bytes: limit, peak_rss_bytes: peak } = live;
    return {
      facts: {
        stage: live.stage,
        elapsed: formatSeconds(secondsOf(live)),
        memory: `${formatBytes(used)}, ${formatShare(used / limit)} of the limit of ${formatBytes(limit)}`,
        peak: formatBytes(peak),
        sizes: `${live.mode}, batches of ${formatCount(live.batch_rows)} rows, windows of ${live.window_size} pixels`,
      },
      chart: {
        limit,
        thresholds: this.#thresholds,
        samples: [...this.#samples, ...this.#pending.slice(-1)],
        decisions: this.#decisions,
      },
      ended,
    };
  }
}

function greatest(samples: readonly (readonly [number, number])[]): readonly [number, number] {
  return samples.reduce((most, sample) => (sample[1] > most[1] ? sample : most));
}

function secondsOf({ started, time }: LiveReport): number {
  return Math.max(0, (Date.parse(time) - Date.parse(started)) / 1000);
}
