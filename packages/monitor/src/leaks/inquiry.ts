import type { AllocationProfiler } from "./allocation-profiler.js";
import { growingSite, type AllocationSites } from "./allocation-sites.js";
import type { ThreadMemory } from "./collect.js";
import type { LeakSuspicion } from "./detector.js";
import { theilSenSlope, type LeakPoint } from "./trend.js";

export interface InquiryOptions {
  readonly suspicion: LeakSuspicion;
  /** Minimum number of measurements to take, and of batches to spread them over. */
  readonly measurements: number;
  readonly batches: number;
  readonly startProfiler: () => AllocationProfiler;
  readonly report: (error: unknown) => void;
}

/** Looks for the site that holds what a suspected stage allocates. Failures of the profiler are caught. */
export class LeakInquiry {
  readonly suspicion: LeakSuspicion;
  readonly #options: InquiryOptions;
  readonly #points: LeakPoint[] = [];
  readonly #report: (error: unknown) => void;
  readonly #profiles: AllocationSites[] = [];
  readonly #memory: ThreadMemory[] = [];
  #profiler: AllocationProfiler | undefined;
  #batches = 0;
  /** The batches of the suspected stage. */
  #own = 0;

  constructor(options: InquiryOptions) {
    this.suspicion = options.suspicion;
    this.#options = options;
    this.#report = options.report;
    this.#try(() => {
      this.#profiler = options.startProfiler();
    });
  }

  /**
   * Counts a batch. Returns whether it is time for a measurement: profiled batches are slow, so there should be few.
   */
  batchDone(stage: string): boolean {
    this.#batches++;
    if (stage === this.suspicion.stage) this.#own++;
    const { batches, measurements } = this.#options;
    return (
      this.#batches - (this.#points.at(-1)?.batch ?? 0) >= Math.max(1, Math.floor(batches / measurements))
    );
  }

  /** Whether all measurements have been taken. */
  get done(): boolean {
    return this.#batches >= this.#options.batches && this.#points.length >= this.#options.measurements;
  }

  /** Whether memory has continued to grow, at half the suspected rate or more. */
  get confirmed(): boolean {
    const grown = theilSenSlope(this.#points) * this.#batches;
    return this.#points.length < 2 || grown >= (this.suspicion.bytesPerBatch * this.#own) / 2;
  }

  /** Takes a profile along with a measurement. */
  measured(memory: ThreadMemory): void {
    this.#points.push({ batch: this.#batches, bytes: memory.heap + memory.external });
    this.#memory.push(memory);
    this.#try(() => {
      if (this.#profiler) this.#profiles.push(this.#profiler.sites());
    });
  }

  /** The site that grew most, or `operation unknown`. */
  get operation(): string {
    const [first, last] = [this.#memory[0], this.#memory.at(-1)];
    const grown = (part: keyof ThreadMemory): number => (last?.[part] ?? 0) - (first?.[part] ?? 0);
    return growingSite(this.#profiles, grown("external") > grown("heap")) ?? "operation unknown";
  }

  close(): void {
    const profiler = this.#profiler;
    this.#profiler = undefined;
    this.#try(() => profiler?.stop());
  }

  #try(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#report(error);
      // Without a profile at the end no site is known; the measurements continue.
      this.#profiles.length = 0;
      this.close();
    }
  }
}
