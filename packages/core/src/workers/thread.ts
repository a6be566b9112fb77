import { parentPort } from "node:worker_threads";
import { isQuadratError } from "../errors.js";
import type { CarriedError, Reply } from "./pool.js";
import { Transferable } from "./transferable.js";

const port = parentPort;
if (!port) throw new Error("this module runs in a worker thread");

port.on("message", (request: { id: number; module: string; call: string; argument: unknown }) => {
  void answer(request);
});

async function answer({
  id,
  module,
  call,
  argument,
}: {
  id: number;
  module: string;
  call: string;
  argument: unknown;
}) {
  try {
    const exports = (await import(module)) as Record<string, (argument: unknown) => unknown>;
    const result = await exports[call]!(argument);
    if (result instanceof Transferable) {
      port!.postMessage({ id, value: result.value } satisfies Reply, [...result.buffers]);
    } else {
      port!.postMessage({ id, value: result } satisfies Reply);
    }
  } catch (error) {
    port!.postMessage({ id, error: carry(error) } satisfies Reply);
  }
}

function carry(error: unknown): CarriedError {
  if (!(error instanceof Error)) return { message: String(error) };
  const plain = { message: error.message, ...(error.stack && { stack: error.stack }) };
  if (!isQuadratError(error)) return plain;
  return { ...plain, kind: error.kind, place: error.place, ...(error.hint && { hint: error.hint }) };
}
