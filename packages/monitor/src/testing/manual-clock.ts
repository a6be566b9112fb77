import type { Clock } from "../watch/clock.js";

/** A clock that stands still until a test advances it. */
export interface ManualClock extends Clock {
  /** Advances by that many milliseconds: timers fire in order, and what they trigger settles in between. */
  advance(ms: number): Promise<void>;
  /** The number of timers set. */
  readonly timers: number;
}

interface Timer {
  at: number;
  readonly ring: () => void;
  readonly every: number | undefined;
}

export function manualClock(start = 0): ManualClock {
  let now = start;
  const timers = new Set<Timer>();
  const set = (timer: Timer): (() => void) => {
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  return {
    now: () => now,
    every: (ms, ring) => set({ at: now + ms, ring, every: ms }),
    after: (ms, ring) => set({ at: now + ms, ring, every: undefined }),
    get timers() {
      return timers.size;
    },
    async advance(ms) {
      const end = now + ms;
      await rest();
      for (let timer = earliest(timers, end); timer; timer = earliest(timers, end)) {
        now = timer.at;
        if (timer.every === undefined) timers.delete(timer);
        else timer.at += timer.every;
        timer.ring();
        await rest();
      }
      now = end;
    },
  };
}

function earliest(timers: Iterable<Timer>, end: number): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
  return first;
}

/** Lets all promises settle that can. */
function rest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
