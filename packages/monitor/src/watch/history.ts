import type { MemoryReading } from "./reading.js";

/**
 * Readings of a run of any length in bounded memory. Each stored reading stands for a bucket of `stride`
 * consecutive ones and is the highest of them, so the peak is never lost; when the history is full, the stride
 * doubles.
 */
export class ReadingHistory {
  /** The maximum number of readings kept, an even number. */
  readonly capacity: number;
  #kept: MemoryReading[] = [];
  #stride = 1;
  /** Readings in the last bucket. */
  #filled = 0;

  constructor(capacity: number) {
    this.capacity = 2 * Math.max(1, Math.ceil(capacity / 2));
  }

  get stride(): number {
    return this.#stride;
  }

  get readings(): readonly MemoryReading[] {
    return [...this.#kept];
  }

  add(reading: MemoryReading): void {
    if (this.#kept.length > 0 && this.#filled < this.#stride) {
      this.#kept.push(higher(this.#kept.pop()!, reading));
      this.#filled++;
      return;
    }
    if (this.#kept.length === this.capacity) this.#thin();
    this.#kept.push(reading);
    this.#filled = 1;
  }

  /** Joins the buckets in pairs; at this point all are full, and their number is even. */
  #thin(): void {
    this.#kept = this.#kept
      .filter((_, i) => i % 2 === 0)
      .map((first, i) => higher(first, this.#kept[2 * i + 1]!));
    this.#stride *= 2;
  }
}

function higher(a: MemoryReading, b: MemoryReading): MemoryReading {
  return b.ratio > a.ratio ? b : a;
}
