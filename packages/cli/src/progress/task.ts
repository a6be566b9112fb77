import { formatCount, formatSeconds, formatShare, formatShort } from "../units.js";

/** The time over which the rate is measured: long enough to be steady, short enough to follow a change. */
const rateSeconds = 8;

/** One piece of work in progress. Times are in milliseconds. */
export class Task {
  readonly name: string;
  readonly total: number;
  readonly unit: string;
  readonly started: number;
  #done = 0;
  #samples: { readonly time: number; readonly done: number }[];

  constructor(name: string, total: number, unit: string, now: number) {
    this.name = name;
    this.total = total;
    this.unit = unit;
    this.started = now;
    this.#samples = [{ time: now, done: 0 }];
  }

  get done(): number {
    return this.#done;
  }

  /** From 0 to 1; undefined when the total is not known. */
  get share(): number | undefined {
    return this.total > 0 ? Math.min(1, this.#done / this.total) : undefined;
  }

  advance(amount: number, now: number): void {
    this.#done += amount;
    const last = this.#samples.at(-1)!;
    if (now - last.time < 100 && this.#samples.length > 1) this.#samples.pop();
    this.#samples.push({ time: now, done: this.#done });
    while (this.#samples.length > 2 && now - this.#samples[1]!.time > rateSeconds * 1000)
      this.#samples.shift();
  }

  /** The recent rate in units per second; undefined until it is known. */
  rate(now: number): number | undefined {
    const { time, done } = this.#samples[0]!;
    const seconds = (now - time) / 1000;
    return seconds > 0.2 && this.#done > done ? (this.#done - done) / seconds : undefined;
  }

  /** `42 %, 1.23 M cells/s, 8 s left`, as far as each is known. */
  describe(now: number): string {
    const { share } = this;
    const rate = this.rate(now);
    const left = rate !== undefined && share !== undefined ? (this.total - this.#done) / rate : undefined;
    return [
      share === undefined ? `${formatCount(this.#done)} ${this.unit}` : formatShare(share),
      rate === undefined ? undefined : `${formatShort(rate)} ${this.unit}/s`,
      left === undefined || left <= 0 ? undefined : `${formatSeconds(left)} left`,
    ]
      .filter((part) => part !== undefined)
      .join(", ");
  }

  /** The amount done, of how much if it was stopped, and the time it took. */
  summary(now: number, outcome: "done" | "stopped" = "done"): string {
    const whole = outcome === "stopped" && this.total > 0 ? ` of ${formatCount(this.total)}` : "";
    return `${formatCount(this.#done)}${whole} ${this.unit} in ${formatSeconds((now - this.started) / 1000)}`;
  }
}
