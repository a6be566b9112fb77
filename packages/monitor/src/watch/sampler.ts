import { QuadratError, type MemoryBackend } from "@quadrat/core";
import type { MemoryParts } from "@quadrat/core/host";
import type { Clock } from "./clock.js";
import { messageOf, type MonitorFailure } from "./failure.js";
import { toReading, type MemoryReading } from "./reading.js";

export interface SamplerOptions {
  readonly backend: MemoryBackend;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Called with each sample. */
  readonly parts: () => MemoryParts | undefined;
  readonly report: (failure: MonitorFailure) => void;
  /** Called with each reading, before the sample resolves to it. */
  readonly take: (reading: MemoryReading) => void;
}

/** Samples a backend, never twice at the same time, and survives whatever it does. */
export class Sampler {
  readonly #options: SamplerOptions;
  #underWay: Promise<MemoryReading | undefined> | undefined;
  #era = 0;
  #failing = false;

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  /**
   * Takes a sample, or joins the one under way; undefined if the backend failed, which is reported once until it works
   * again.
   */
  sample(): Promise<MemoryReading | undefined> {
    this.#underWay ??= this.#sample().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** Discards the sample under way, if any. */
  discard(): void {
    this.#era++;
  }

  async #sample(): Promise<MemoryReading | undefined> {
    const { backend, clock, timeoutMs, parts, take } = this.#options;
    const era = this.#era;
    const disarm = clock.after(timeoutMs, () =>
      this.#fail("hung", `has not answered within ${timeoutMs} ms`),
    );
    try {
      const sample = await backend.sample();
      if (era !== this.#era) return undefined;
      const reading = toReading(sample, clock.now(), parts());
      if (!reading) {
        this.#fail(
          "invalid",
          `reports ${sample.used} of ${sample.limit} bytes used, which is not a valid measurement`,
        );
        return undefined;
      }
      this.#failing = false;
      take(reading);
      return reading;
    } catch (error) {
      this.#fail("threw", `failed: ${messageOf(error)}`, error);
      return undefined;
    } finally {
      disarm();
    }
  }

  #fail(reason: MonitorFailure["reason"], what: string, cause?: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    const error = new QuadratError(
      "plugin",
      `the memory backend ${what}: until it works again, nothing watches memory.limit`,
      cause === undefined ? {} : { cause },
    );
    this.#options.report({ name: "backend", reason, error });
  }
}
