import { QuadratError } from "@quadrat/core";
import type { Clock } from "./clock.js";
import { messageOf, type MonitorFailure } from "./failure.js";

export type Subscriber<T> = (value: T) => unknown;

interface Subscription<T> {
  readonly name: string;
  readonly call: Subscriber<T>;
  active: boolean;
  busy: boolean;
  /** The newest value that came while the subscriber was busy. */
  waiting: { readonly value: T } | undefined;
}

export interface SubscribersOptions<T> {
  /** What the subscribers subscribe to, for messages: `warning`, `critical`, ... */
  readonly topic: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly report: (failure: Omit<MonitorFailure, "event">, value: T) => void;
  /** Whether to report values that were replaced before a busy subscriber received them; default yes. */
  readonly reportSkipped?: boolean;
}

/**
 * Independent callbacks on one topic. Each gets its values in order and one at a time: while it is busy only the
 * newest value waits. None of them can delay or break the caller or another callback.
 */
export class Subscribers<T> {
  readonly #options: SubscribersOptions<T>;
  readonly #subscriptions = new Set<Subscription<T>>();
  readonly #running = new Set<Promise<void>>();
  #count = 0;

  constructor(options: SubscribersOptions<T>) {
    this.#options = options;
  }

  /** Returns a function that unsubscribes: after it the callback is not called again. */
  add(call: Subscriber<T>, name?: string): () => void {
    this.#count++;
    const given = name ?? call.name;
    const subscription: Subscription<T> = {
      name: given === "" ? `${this.#options.topic} callback ${this.#count}` : given,
      call,
      active: true,
      busy: false,
      waiting: undefined,
    };
    this.#subscriptions.add(subscription);
    return () => {
      subscription.active = false;
      subscription.waiting = undefined;
      this.#subscriptions.delete(subscription);
    };
  }

  deliver(value: T): void {
    for (const subscription of [...this.#subscriptions]) {
      if (!subscription.active) continue;
      if (!subscription.busy) {
        this.#run(subscription, value);
        continue;
      }
      if (subscription.waiting && this.#options.reportSkipped !== false) {
        this.#fail(
          subscription,
          "skipped",
          "is still busy: an event was not delivered to it",
          subscription.waiting.value,
        );
      }
      subscription.waiting = { value };
    }
  }

  /** The number of callbacks under way. */
  get running(): readonly Promise<void>[] {
    return [...this.#running];
  }

  #run(subscription: Subscription<T>, value: T): void {
    let result: unknown;
    try {
      result = subscription.call(value);
    } catch (error) {
      this.#fail(subscription, "threw", "failed", value, error);
      return;
    }
    if (!isThenable(result)) return;
    subscription.busy = true;
    const run = this.#settle(subscription, value, result).then(() => {
      this.#running.delete(run);
      subscription.busy = false;
      const next = subscription.waiting;
      subscription.waiting = undefined;
      if (next && subscription.active) this.#run(subscription, next.value);
    });
    this.#running.add(run);
  }

  async #settle(subscription: Subscription<T>, value: T, result: PromiseLike<unknown>): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    const disarm = clock.after(timeoutMs, () => {
      this.#fail(subscription, "hung", `has not finished within ${timeoutMs} ms`, value);
    });
    try {
      await result;
    } catch (error) {
      this.#fail(subscription, "threw", "failed", value, error);
    } finally {
      disarm();
    }
  }

  #fail(
    { name }: Subscription<T>,
    reason: MonitorFailure["reason"],
    what: string,
    value: T,
    cause?: unknown,
  ): void {
    const detail = cause === undefined ? "" : `: ${messageOf(cause)}`;
    const error = new QuadratError(
      "plugin",
      `the memory callback "${name}" (${this.#options.topic}) ${what}${detail}`,
      {
        ...(cause === undefined ? {} : { cause }),
      },
    );
    this.#options.report({ name, reason, error }, value);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
