import { parentPort, workerData } from "node:worker_threads";
import { isQuadratError } from "../errors.js";
import { countIn } from "../profile/operations.js";
import { measureHeap } from "./heap-size.js";
import type { CarriedError, Reply, ThreadData } from "./pool.js";
import { reclaimAll } from "../memory-reclaim.js";
import { importModule } from "../system/open-files.js";
import { Transferable } from "./transferable.js";

const port = parentPort;
if (!port) throw new Error("this module runs in a worker thread");

const { counts, heap } = workerData as ThreadData;
countIn(counts);

/** Calls that arrive while another is at work wait for it. */
let answered = Promise.resolve();

port.on("message", (message: Call | "reclaim") => {
  if (message === "reclaim") reclaimAll();
  else answered = answered.then(() => answer(message));
});

interface Call {
  readonly id: number;
  readonly module: string;
  readonly call: string;
  readonly argument: unknown;
}

async function answer({ id, module, call, argument }: Call): Promise<void> {
  try {
    const exports = (await importModule(module)) as Record<string, (argument: unknown) => unknown>;
    const result = await exports[call]!(argument);
    if (result instanceof Transferable) {
      port!.postMessage({ id, value: result.value } satisfies Reply, [...result.buffers]);
    } else {
      port!.postMessage({ id, value: result } satisfies Reply);
    }
  } catch (error) {
    port!.postMessage({ id, error: carry(error) } satisfies Reply);
  }
  measureHeap(heap);
}

function carry(error: unknown): CarriedError {
  if (!(error instanceof Error)) return { message: String(error) };
  const plain = { message: error.message, ...(error.stack && { stack: error.stack }) };
  if (!isQuadratError(error)) return plain;
  return { ...plain, kind: error.kind, place: error.place, ...(error.hint && { hint: error.hint }) };
}
