import type { Store } from "@quadrat/core";

/** Lets an abort stop the store's statements; the rejection is the signal's own reason. */
export async function withAbort<T>(signal: AbortSignal, store: Store, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const stop = (): void => store.interrupt();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
