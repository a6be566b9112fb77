/** The source of time, which tests can replace. */
export interface Clock {
  /** Milliseconds since the epoch; never goes backwards. */
  now(): number;
  /**
   * Calls `tick` at this interval in milliseconds without keeping the process alive; returns a function that
   * stops it.
   */
  every(ms: number, tick: () => void): () => void;
  /** Calls `ring` once; keeps the process alive until then only if asked to. Returns a function that cancels it. */
  after(ms: number, ring: () => void, keepAlive?: boolean): () => void;
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
  after(ms, ring, keepAlive = false) {
    const timer = setTimeout(ring, ms);
    if (!keepAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The result of `work`, or undefined if that takes longer; keeps the process alive until then. */
export function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const disarm = clock.after(ms, () => resolve(undefined), true);
    work.finally(disarm).then(resolve, reject);
  });
}
