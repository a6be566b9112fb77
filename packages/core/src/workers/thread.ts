import { parentPort, workerData } from "node:worker_threads";
import { countIn } from "../profile/operations.js";
import { answerOf, type Call } from "./call.js";
import { measureHeap } from "./heap-size.js";
import { linkThread } from "../remote/thread-link.js";
import { carry } from "./carried-error.js";
import type { Reply, ThreadStart } from "./pool.js";
import { reclaimAll } from "../memory-reclaim.js";
import { isTransferable } from "./transferable.js";

const port = parentPort;
if (!port) throw new Error("this module runs in a worker thread");

const { counts, heap, remote } = workerData as ThreadStart;
countIn(counts);
if (remote) linkThread(remote);

/** Calls that arrive while another is at work wait for it. */
let answered = Promise.resolve();

port.on("message", (message: Request | "reclaim") => {
  if (message === "reclaim") reclaimAll();
  else answered = answered.then(() => answer(message));
});

interface Request extends Call {
  readonly id: number;
}

async function answer({ id, ...call }: Request): Promise<void> {
  try {
    const result = await answerOf(call);
    if (isTransferable(result)) {
      port!.postMessage({ id, value: result.value } satisfies Reply, [...result.buffers]);
    } else {
      port!.postMessage({ id, value: result } satisfies Reply);
    }
  } catch (error) {
    port!.postMessage({ id, error: carry(error) } satisfies Reply);
  }
  measureHeap(heap);
}
