import { operations, totals, type Operation, type OperationCounts } from "./operations.js";

/** The time and memory of an operation while one stage was running. */
export interface OperationProfile {
  readonly name: Operation;
  readonly calls: number;
  /** Summed over threads. */
  readonly seconds: number;
  /** Maximum memory measured while it was under way, in bytes; 0 if it always ended between two measurements. */
  readonly peak_bytes: number;
  /**
   * Memory gained (or, if negative, released) while it was under way, divided among the operations under way at the
   * time.
   */
  readonly growth_bytes: number;
}

export interface StageProfile {
  readonly name: string;
  readonly seconds: number;
  readonly peak_bytes: number;
  /** Memory at the end minus memory at the beginning. */
  readonly growth_bytes: number;
  readonly operations: readonly OperationProfile[];
}

type Totals = ReturnType<typeof totals>;

/** Follows the memory of a run, stage by stage, and records which operations were at work when it grew. */
export class MemoryProfile {
  readonly #threads: () => Iterable<OperationCounts>;
  readonly #stages: StageProfile[] = [];
  #current: Current | undefined;
  #used = 0;
  #last: Totals;

  /** @param threads returns the counts of every thread; called at each measurement */
  constructor(threads: () => Iterable<OperationCounts>) {
    this.#threads = threads;
    this.#last = totals(threads());
  }

  /** The stage being run; empty between two stages. */
  get stage(): string {
    return this.#current?.name ?? "";
  }

  get stages(): readonly StageProfile[] {
    return this.#stages;
  }

  begin(stage: string, used: number): void {
    this.#last = totals(this.#threads());
    this.#used = used;
    this.#current = {
      name: stage,
      begun: performance.now(),
      first: used,
      peak: used,
      before: this.#last,
      gains: new Map(),
    };
  }

  /** Adds a measurement of memory in use, in bytes. */
  measured(used: number): void {
    const { current, gain, now } = this.#advance(used);
    if (!current) return;
    current.peak = Math.max(current.peak, used);
    const busy = operations.filter(
      (name) => now[name].active > 0 || now[name].calls > this.#last[name].calls,
    );
    this.#last = now;
    for (const name of busy) {
      const { peak, growth } = current.gains.get(name) ?? { peak: 0, growth: 0 };
      current.gains.set(name, { peak: Math.max(peak, used), growth: growth + gain / busy.length });
    }
  }

  end(used: number): StageProfile {
    this.measured(used);
    const current = this.#current!;
    this.#current = undefined;
    const profile = {
      name: current.name,
      seconds: (performance.now() - current.begun) / 1000,
      peak_bytes: current.peak,
      growth_bytes: used - current.first,
      operations: operations.flatMap((name) => this.#operation(name, current)),
    };
    this.#stages.push(profile);
    return profile;
  }

  #operation(name: Operation, { before, gains }: Current): OperationProfile[] {
    const [now, then] = [this.#last[name], before[name]];
    const calls = now.calls - then.calls;
    if (calls === 0) return [];
    const { peak, growth } = gains.get(name) ?? { peak: 0, growth: 0 };
    const seconds = (now.milliseconds - then.milliseconds) / 1000;
    return [{ name, calls, seconds, peak_bytes: peak, growth_bytes: Math.round(growth) }];
  }

  #advance(used: number): { current: Current | undefined; gain: number; now: Totals } {
    const gain = used - this.#used;
    this.#used = used;
    return { current: this.#current, gain, now: totals(this.#threads()) };
  }
}

interface Current {
  readonly name: string;
  readonly begun: number;
  readonly first: number;
  readonly before: Totals;
  readonly gains: Map<Operation, { peak: number; growth: number }>;
  peak: number;
}
