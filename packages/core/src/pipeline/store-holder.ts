import { hostname } from "node:os";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { QuadratError } from "../errors.js";
import { inUse, type LockHolder, type StoreInUse } from "../store/open-error.js";
import { hostOf } from "../system/owner.js";
import { lastLiveReport, type LiveReport } from "./live-report.js";

/** Who has a store open. */
export interface StoreHolder {
  /** Names the process, such as for finding out that another one has the store now. */
  readonly id: string;
  /** For messages: what, since when, which process on which host. */
  readonly text: string;
}

export interface WaitOptions {
  /** Whether to wait while another process has the store open. */
  readonly wait?: boolean | undefined;
  /** Called when waiting begins, and when it goes on for another process. */
  readonly waiting?: ((holder: StoreHolder) => void) | undefined;
  /** Called with the milliseconds that it took until the store was free, if it was not. */
  readonly waited?: ((milliseconds: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What to do about a store that is in use. */
  readonly hint: string;
}

/** Milliseconds between two attempts to open a store that is in use. */
const everyMs = 250;

/**
 * Opens a store as soon as no other process has it open. DuckDB's lock alone decides about that: it goes with its process, however
 * that ends.
 * @throws QuadratError of kind "output" that names the process, unless it is to be waited for
 */
export async function whenFree<T>(open: () => Promise<T>, options: WaitOptions): Promise<T> {
  const begun = Date.now();
  for (let told: string | undefined; ;) {
    try {
      const opened = await open();
      if (told !== undefined) options.waited?.(Date.now() - begun);
      return opened;
    } catch (error) {
      if (!inUse(error)) throw error;
      const holder = await holderOf(error);
      if (!options.wait) throw usedBy(error, holder, options.hint);
      if (holder.id !== told) options.waiting?.(holder);
      told = holder.id;
      await sleep(everyMs, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
}

function usedBy({ store }: StoreInUse, { text }: StoreHolder, hint: string): QuadratError {
  return new QuadratError("output", `the store ${store} is in use by ${text}`, {
    hint,
    place: { file: store },
  });
}

/** Who has a store open that could not be opened. */
export async function holderOf({ store, holder }: StoreInUse): Promise<StoreHolder> {
  const run = await lastLiveReport(store);
  if (run && isHeldBy(run, holder)) {
    const { experiment, stage, started, pid, host, owner } = run;
    const at = stage === "" ? "" : `in stage ${stage}, `;
    const since = `${started.slice(0, 19).replace("T", " ")} UTC`;
    return {
      // Its file goes before the lock does.
      id: hostOf(owner)?.here ? `process ${pid}` : owner,
      text: `a run in progress: experiment ${experiment}, ${at}since ${since}, process ${pid} on host ${host}`,
    };
  }
  if (!holder || holder.pid === 0)
    return { id: "unknown", text: "another process, of another machine or container" };
  const program = holder.program === undefined ? "" : ` (${basename(holder.program)})`;
  return {
    id: `process ${holder.pid}`,
    text: `another process: number ${holder.pid}${program} on host ${hostname()}`,
  };
}

/**
 * Whether the process that holds the lock is the one that wrote the file. A killed run leaves its file, and something else may have
 * the store open since. Locks of other machines and containers have no number here, or one that means something there.
 */
function isHeldBy({ pid, owner }: LiveReport, holder: LockHolder | undefined): boolean {
  if (!holder || holder.pid === pid) return true;
  return holder.pid === 0 && hostOf(owner)?.here !== true;
}
