import { QuadratError, type MemoryBackend, type MemoryLevel } from "@quadrat/core";
import type { MemoryParts } from "@quadrat/core/host";
import { systemClock, within, type Clock } from "./clock.js";
import { messageOf, warnOfFailure, type MonitorFailure } from "./failure.js";
import { ReadingHistory } from "./history.js";
import type { MemoryEvent, MemoryReading } from "./reading.js";
import { Sampler } from "./sampler.js";
import { Subscribers, type Subscriber } from "./subscribers.js";
import { defaultThresholds, Hysteresis, type PressureState, type Thresholds } from "./thresholds.js";

export interface MemoryMonitorOptions {
  readonly backend: MemoryBackend;
  /** Shares of the limit; default warning 0.8, critical 0.9, recovery 0.7. */
  readonly thresholds?: Partial<Thresholds>;
  /** Milliseconds between samples; default 250. */
  readonly intervalMs?: number;
  /** Minimum number of milliseconds between two events of the same level; default 1000. */
  readonly cooldownMs?: number;
  /** Milliseconds after which a sample or a callback is reported as hanging; default 10,000. */
  readonly timeoutMs?: number;
  /** The number of readings kept, the highest of each period; default 1024. */
  readonly historyLength?: number;
  /** Called with every failure of the backend or a callback; default: a process warning. */
  readonly onError?: (failure: MonitorFailure) => void;
  readonly clock?: Clock;
}

/**
 * Watches memory on a timer of its own and notifies subscribers when it runs short and when it recovers. Nothing
 * that a backend or a callback does can stop it: whatever throws or hangs is reported by name.
 */
export class MemoryMonitor implements AsyncDisposable {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly #backend: MemoryBackend;
  readonly #clock: Clock;
  readonly #onError: (failure: MonitorFailure) => void;
  readonly #hysteresis: Hysteresis;
  readonly #sampler: Sampler;
  readonly #history: ReadingHistory;
  readonly #events: MemoryEvent[] = [];
  readonly #levels: Record<MemoryLevel, Subscribers<MemoryEvent>>;
  readonly #readings: Subscribers<MemoryReading>;
  #last: MemoryReading | undefined;
  #peak: MemoryReading | undefined;
  #parts: (() => MemoryParts) | undefined;
  #stopTimer: (() => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: MemoryMonitorOptions) {
    const { intervalMs = 250, cooldownMs = 1000, timeoutMs = 10_000, historyLength = 1024 } = options;
    this.intervalMs = atLeast(1, intervalMs, "memory.interval_ms");
    this.timeoutMs = atLeast(1, timeoutMs, "timeoutMs");
    this.#backend = options.backend;
    this.#clock = options.clock ?? systemClock;
    this.#onError = options.onError ?? warnOfFailure;
    this.#hysteresis = new Hysteresis(
      { ...defaultThresholds, ...options.thresholds },
      atLeast(0, cooldownMs, "cooldownMs"),
    );
    this.#history = new ReadingHistory(historyLength);
    const shared = { clock: this.#clock, timeoutMs: this.timeoutMs };
    this.#sampler = new Sampler({
      ...shared,
      backend: options.backend,
      parts: () => this.#parts?.(),
      report: (failure) => this.#report(failure),
      take: (reading) => this.#take(reading),
    });
    const topic = (level: MemoryLevel): Subscribers<MemoryEvent> =>
      new Subscribers({
        ...shared,
        topic: level,
        report: (failure, event) => this.#report({ ...failure, event }),
      });
    this.#levels = { warning: topic("warning"), critical: topic("critical"), recovered: topic("recovered") };
    this.#readings = new Subscribers<MemoryReading>({
      ...shared,
      topic: "reading",
      report: (failure) => this.#report(failure),
      reportSkipped: false,
    });
  }

  get thresholds(): Thresholds {
    return this.#hysteresis.thresholds;
  }

  /** How short memory is, according to the events so far. */
  get state(): PressureState {
    return this.#hysteresis.state;
  }

  get last(): MemoryReading | undefined {
    return this.#last;
  }

  /** The reading with the highest ratio. */
  get peak(): MemoryReading | undefined {
    return this.#peak;
  }

  /** Readings in order of time, thinned out in a long run; the peak is always among them. */
  get history(): readonly MemoryReading[] {
    return this.#history.readings;
  }

  /** Every event, in order. */
  get events(): readonly MemoryEvent[] {
    return [...this.#events];
  }

  get running(): boolean {
    return this.#stopTimer !== undefined;
  }

  /**
   * Subscribes to one level; several subscribers are independent of each other. Sampling does not wait for an
   * asynchronous callback, which gets the next event of its level when it has finished with this one. `name`
   * appears in reports of its failures. Returns a function that unsubscribes.
   */
  on(level: MemoryLevel, callback: Subscriber<MemoryEvent>, name?: string): () => void {
    const subscribers = this.#levels[level] as Subscribers<MemoryEvent> | undefined;
    if (subscribers) return subscribers.add(callback, name);
    throw new QuadratError("plugin", `unknown memory event "${String(level)}"`, {
      hint: `allowed: ${Object.keys(this.#levels).join(", ")}`,
    });
  }

  /**
   * Subscribes to every reading; called after the events that the reading caused. Returns a function that
   * unsubscribes.
   */
  onReading(callback: Subscriber<MemoryReading>, name?: string): () => void {
    return this.#readings.add(callback, name);
  }

  /** Makes every reading from now on say what the memory consists of. */
  describe(parts: () => MemoryParts): void {
    this.#parts = parts;
  }

  /** Samples now and then at each interval, until stopped. @throws QuadratError if it has been disposed of */
  start(): this {
    if (this.#closed) throw new QuadratError("internal", "the memory monitor has been disposed of");
    if (this.#stopTimer) return this;
    this.#stopTimer = this.#clock.every(this.intervalMs, () => void this.#sampler.sample());
    void this.#sampler.sample();
    return this;
  }

  /** Stops sampling and events; callbacks under way continue. It can be started again. */
  stop(): void {
    if (!this.#stopTimer) return;
    this.#stopTimer();
    this.#stopTimer = undefined;
    this.#sampler.discard();
  }

  /**
   * Takes a sample outside the regular interval, or joins the one under way; callbacks are called as usual.
   * Resolves to undefined after disposal, and if the backend fails or does not answer in time, which is
   * reported.
   */
  async sampleNow(): Promise<MemoryReading | undefined> {
    if (this.#closed) return undefined;
    return within(this.#clock, this.timeoutMs, this.#sampler.sample());
  }

  /** Resolves to true when no callback is under way any more, or to false after that many milliseconds. */
  async settled(withinMs: number = this.timeoutMs): Promise<boolean> {
    const all = [...Object.values(this.#levels), this.#readings];
    const quiet = async (): Promise<boolean> => {
      for (;;) {
        const running = all.flatMap((subscribers) => subscribers.running);
        if (running.length === 0) return true;
        await Promise.all(running);
      }
    };
    return (await within(this.#clock, withinMs, quiet())) ?? false;
  }

  /** Stops, waits for callbacks and closes the backend, each for no longer than the time-out. Never rejects. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.stop();
    await this.settled();
    try {
      await within(this.#clock, this.timeoutMs, (async () => this.#backend.close?.())());
    } catch (error) {
      const message = `the memory backend can't be closed: ${messageOf(error)}`;
      this.#report({
        name: "backend",
        reason: "threw",
        error: new QuadratError("plugin", message, { cause: error }),
      });
    }
  }

  #take(reading: MemoryReading): void {
    this.#last = reading;
    if (!this.#peak || reading.ratio > this.#peak.ratio) this.#peak = reading;
    this.#history.add(reading);
    const events = this.#hysteresis
      .observe(reading.time, reading.ratio)
      .map((level): MemoryEvent => ({ ...reading, level }));
    this.#events.push(...events);
    for (const event of events) this.#levels[event.level].deliver(event);
    this.#readings.deliver(reading);
  }

  #report(failure: MonitorFailure): void {
    try {
      this.#onError(failure);
    } catch {
      warnOfFailure(failure);
    }
  }
}

function atLeast(least: number, value: number, key: string): number {
  if (Number.isFinite(value) && value >= least) return value;
  throw new QuadratError("usage", `${key} is ${value}`, {
    hint: `it must be a number of milliseconds, ${least} or more`,
    place: { key },
  });
}
