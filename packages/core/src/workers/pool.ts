import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { QuadratError } from "../errors.js";
import { newCounts, type OperationCounts } from "../profile/operations.js";
import { roomForThread } from "../system/open-files.js";
import { tooManyFiles } from "../system/too-many-files.js";
import { remoteScope, type RemoteScope } from "../remote/scope.js";
import { serveThread } from "../remote/thread-link.js";
import { answerOf, type Call } from "./call.js";
import { revive, type CarriedError } from "./carried-error.js";
import { newHeapSize, type HeapSize } from "./heap-size.js";
import { threadModule } from "./thread-module.js";
import { isTransferable } from "./transferable.js";

/** A request to a worker thread. */
interface Request extends Call {
  readonly id: number;
}

/** What a thread shares with the main thread from its start. */
export interface ThreadData {
  readonly counts: OperationCounts;
  readonly heap: HeapSize;
}

/** What a thread starts with. */
export interface ThreadStart extends ThreadData {
  /** Where it asks for files at addresses, if there may be any. */
  readonly remote?: MessagePort | undefined;
}

interface Job {
  readonly request: Request;
  readonly transfer: readonly ArrayBuffer[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly lane: number | undefined;
  readonly ahead: boolean;
}

/** The maximum number of calls that a thread holds: one at work, and one that may wait there. */
const inHand = 2;

export type Reply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: CarriedError };

/**
 * Threads that run exported functions of modules, one call at a time each.
 *
 * A function takes one structured-cloneable argument and returns, or resolves to, a value; to transfer buffers
 * without a copy it returns `transferable(value, buffers)`. Threads start when first needed. Calls with the same
 * `lane` run on the same thread in order, so that a module may keep state (an open file, a cache) between them. Calls
 * with `ahead` may be queued at a thread that is still at work: it continues with them immediately, however busy the
 * main thread is, but they wait for it even if another thread is idle. That is meant for many short calls of similar
 * length.
 */
export class WorkerPool {
  /** The operation counts of each thread; a thread that replaces a dead one continues its counts. */
  readonly counts: readonly OperationCounts[];
  readonly #heaps: readonly HeapSize[];
  readonly #threads: (Thread | undefined)[];
  readonly #waiting: Job[] = [];
  #nextId = 0;
  #closed = false;
  /** Calls in this thread, each of which waits for the one before; undefined if calls go to threads. */
  #here: Promise<unknown> | undefined;
  #most = Infinity;
  #scope: RemoteScope | undefined;

  constructor(size: number) {
    this.#threads = Array.from({ length: Math.max(1, Math.floor(size)) }, () => undefined);
    this.counts = this.#threads.map(() => newCounts());
    this.#heaps = this.#threads.map(() => newHeapSize());
  }

  /** How many calls may be at work at a time. */
  get size(): number {
    return this.#here ? 1 : Math.min(this.#most, this.#threads.length);
  }

  /** The lanes in which a module may have kept state: those whose thread has started. */
  get startedLanes(): readonly number[] {
    if (this.#here) return [0];
    return [...this.#heaps.keys()].filter((lane) => this.heaps[lane]! > 0);
  }

  /**
   * Makes all calls from now on in this thread, in order. For work that takes less time than threads take to start; none must
   * have started yet.
   */
  workHere(): void {
    this.#here ??= Promise.resolve();
  }

  /** Gives work to at most so many threads from now on. */
  useAtMost(threads: number): void {
    this.#most = Math.max(1, threads);
  }

  /**
   * Calls the export `call` of the module with this absolute URL.
   * @throws whatever the function throws, QuadratErrors as such
   */
  run<T>(
    module: string,
    call: string,
    argument: unknown,
    options: {
      readonly transfer?: readonly ArrayBuffer[];
      readonly lane?: number;
      readonly ahead?: boolean;
    } = {},
  ): Promise<T> {
    if (this.#closed) return Promise.reject(new Error("the worker pool is closed"));
    this.#scope ??= remoteScope();
    if (this.#here) {
      const answer = this.#here.then(() => this.#answerHere({ module, call, argument })) as Promise<T>;
      this.#here = answer.catch(() => undefined);
      return answer;
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        request: { id: this.#nextId++, module, call, argument },
        transfer: options.transfer ?? [],
        lane: options.lane === undefined ? undefined : options.lane % this.size,
        ahead: options.ahead ?? false,
        resolve: resolve as (value: unknown) => void,
        reject,
      });
      this.#dispatch();
    });
  }

  /** Bytes of V8's heap and external memory of each thread, as of its last call; 0 for one that has not started. */
  get heaps(): readonly number[] {
    return this.#heaps.map((size) => size[0]!);
  }

  /** Makes every thread collect what it no longer needs, as soon as it has time. */
  reclaim(): void {
    for (const thread of this.#threads) thread?.reclaim();
  }

  /** Ends all threads; calls under way are rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    const gone = closedPool();
    for (const job of this.#waiting.splice(0)) job.reject(gone);
    await Promise.all(this.#threads.flatMap((thread) => (thread ? [thread.stop(gone)] : [])));
    for (const heap of this.#heaps) heap[0] = 0;
  }

  async #answerHere(call: Call): Promise<unknown> {
    if (this.#closed) throw closedPool();
    const result = await answerOf(call);
    return isTransferable(result) ? result.value : result;
  }

  #dispatch(): void {
    // Idle threads come first.
    for (let load = 0; load < inHand; load++) {
      for (let index = 0; index < this.size; index++) {
        if ((this.#threads[index]?.load ?? 0) !== load) continue;
        const next = this.#waiting.findIndex((job) => job.lane === undefined || job.lane === index);
        if (next < 0 || (load > 0 && !this.#waiting[next]!.ahead)) continue;
        const [job] = this.#waiting.splice(next, 1);
        if (!this.#threads[index] && !roomForThread()) {
          job!.reject(tooManyFiles());
          continue;
        }
        const thread = (this.#threads[index] ??= new Thread(
          { counts: this.counts[index]!, heap: this.#heaps[index]! },
          this.#scope,
          () => this.#dispatch(),
          () => (this.#threads[index] = undefined),
        ));
        thread.start(job!);
      }
    }
  }
}

function closedPool(): QuadratError {
  return new QuadratError("interrupted", "the worker pool was closed");
}

/** A port for a thread, which is answered here. */
function answeringPort(scope: RemoteScope): MessagePort {
  const { port1, port2 } = new MessageChannel();
  serveThread(port1, scope);
  return port2;
}

/**
 * Little lives on a thread's heap; a young generation of Node's default size would only fill with uncollected
 * garbage.
 */
const youngGenerationMb = 6;

class Thread {
  readonly #worker: Worker;
  readonly #idle: () => void;
  /** The calls handed to the thread, in order. */
  readonly #jobs: Job[] = [];

  constructor(shared: ThreadData, scope: RemoteScope | undefined, idle: () => void, died: () => void) {
    this.#idle = idle;
    const remote = scope && answeringPort(scope);
    this.#worker = new Worker(new URL(threadModule(import.meta.url, "./thread.js")), {
      workerData: { ...shared, remote } satisfies ThreadStart,
      transferList: remote ? [remote] : [],
      // Compiled modules resolve to compiled modules, whatever conditions this process was started with.
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
    });
    this.#worker.unref();
    this.#worker.on("message", (reply: Reply) => this.#settle(reply));
    this.#worker.on("error", (error) => {
      died();
      this.#fail(error);
    });
    this.#worker.on("exit", () => {
      died();
      this.#fail(new QuadratError("internal", "a worker thread ended unexpectedly"));
    });
  }

  /** The number of calls it holds. */
  get load(): number {
    return this.#jobs.length;
  }

  start(job: Job): void {
    this.#jobs.push(job);
    this.#worker.ref();
    try {
      this.#worker.postMessage(job.request, job.transfer);
    } catch (error) {
      this.#jobs.pop();
      this.#rest();
      job.reject(error);
      this.#idle();
    }
  }

  reclaim(): void {
    this.#worker.postMessage("reclaim");
  }

  async stop(reason: unknown): Promise<void> {
    for (const job of this.#jobs.splice(0)) job.reject(reason);
    await this.#worker.terminate();
  }

  #settle(reply: Reply): void {
    const job = this.#jobs.shift();
    this.#rest();
    if (job) {
      if ("error" in reply) job.reject(revive(reply.error));
      else job.resolve(reply.value);
    }
    this.#idle();
  }

  #fail(error: unknown): void {
    for (const job of this.#jobs.splice(0)) job.reject(error);
    this.#idle();
  }

  #rest(): void {
    if (this.#jobs.length === 0) this.#worker.unref();
  }
}
