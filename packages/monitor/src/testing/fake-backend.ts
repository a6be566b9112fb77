import type { MemoryBackend, MemorySample } from "@quadrat/core";

/** A memory backend that a test controls. */
export interface FakeBackend extends MemoryBackend {
  /** The number of samples requested, including those that failed or hang. */
  readonly samples: number;
  readonly closed: boolean;
  /** From now on every sample reports that this share of the limit is used. */
  set(ratio: number): void;
  /** Adds one share for each of the next samples, after those pushed before; then the last one is repeated. */
  push(...ratios: readonly number[]): void;
  /** The next sample throws this instead of taking a reading. */
  fail(error?: unknown): void;
  /** From now on samples don't answer, until `answer` is called. */
  hang(): void;
  /** Answers the hanging samples in order, and lets the next ones through. */
  answer(): void;
  sample(): MemorySample | Promise<MemorySample>;
  close(): void;
}

/** A backend whose readings a test sets: half of 1 GiB is used unless set otherwise. */
export function fakeBackend(options: { readonly limit?: number; readonly ratio?: number } = {}): FakeBackend {
  const { limit = 1024 ** 3 } = options;
  let ratio = options.ratio ?? 0.5;
  const queue: number[] = [];
  const failures: { readonly error: unknown }[] = [];
  const waiting: ((sample: MemorySample) => void)[] = [];
  let hanging = false;
  let samples = 0;
  let closed = false;
  const read = (): MemorySample => {
    ratio = queue.shift() ?? ratio;
    return { used: ratio * limit, limit };
  };
  return {
    get samples() {
      return samples;
    },
    get closed() {
      return closed;
    },
    set(value) {
      queue.length = 0;
      ratio = value;
    },
    push: (...ratios) => void queue.push(...ratios),
    fail: (error = new Error("the fake backend failed as requested")) => void failures.push({ error }),
    hang() {
      hanging = true;
    },
    answer() {
      hanging = false;
      for (const resolve of waiting.splice(0)) resolve(read());
    },
    sample() {
      samples++;
      const failure = failures.shift();
      if (failure) throw failure.error;
      return hanging ? new Promise((resolve) => waiting.push(resolve)) : read();
    },
    close() {
      closed = true;
    },
  };
}
