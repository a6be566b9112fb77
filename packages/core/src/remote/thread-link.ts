import type { MessagePort } from "node:worker_threads";
import { carry, revive, type CarriedError } from "../workers/carried-error.js";
import type { RandomAccessFile } from "../files/random-access.js";
import type { RemoteScope } from "./scope.js";

/*
 * Worker threads do not ask servers themselves: the main thread does for all of them, so that nothing is fetched twice and the
 * server meets one client. A thread sends what it wants to know through a port of its own.
 */

type Question =
  | { readonly ask: "open"; readonly address: string }
  | { readonly ask: "read"; readonly file: number; readonly offset: number; readonly length: number }
  | { readonly ask: "close"; readonly file: number };

type Asked = Question & { readonly id: number };

type Told =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: CarriedError };

interface OpenedThere {
  readonly file: number;
  readonly size: number;
  readonly atOnce: number | undefined;
}

/** The main thread's side: answers what a thread asks until its port is closed. */
export function serveThread(port: MessagePort, scope: RemoteScope): void {
  const gone = new AbortController();
  const signal = AbortSignal.any([scope.signal, gone.signal]);
  const files = new Map<number, RandomAccessFile>();
  let opened = 0;
  const answer = async (question: Question): Promise<unknown> => {
    if (question.ask === "open") {
      const { remoteFiles } = await import("./open-remote.js");
      const file = await remoteFiles.open(question.address, signal);
      if (gone.signal.aborted) {
        await file.close();
        return undefined;
      }
      files.set(++opened, file);
      return { file: opened, size: file.size, atOnce: file.atOnce } satisfies OpenedThere;
    }
    const file = files.get(question.file)!;
    if (question.ask === "read") return file.read(question.offset, question.length);
    files.delete(question.file);
    return file.close();
  };
  port.on("message", ({ id, ...question }: Asked) => {
    answer(question).then(
      (value) => {
        const bytes = value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : [];
        port.postMessage({ id, value } satisfies Told, bytes);
      },
      (error: unknown) => port.postMessage({ id, error: carry(error) } satisfies Told),
    );
  });
  port.on("close", () => {
    gone.abort(new Error("the thread has ended"));
    for (const file of files.values()) void file.close();
    files.clear();
  });
  // A thread that waits is itself what keeps the process.
  port.unref();
}

/** What this thread asks through, if it is one that does not ask servers itself. */
let link: Link | undefined;

interface Link {
  readonly port: MessagePort;
  readonly waiting: Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>;
}

/** Called when a thread starts. */
export function linkThread(port: MessagePort): void {
  const waiting: Link["waiting"] = new Map();
  port.on("message", (told: Told) => {
    const asked = waiting.get(told.id);
    waiting.delete(told.id);
    if ("error" in told) asked?.reject(revive(told.error));
    else asked?.resolve(told.value);
  });
  port.unref();
  link = { port, waiting };
}

let lastId = 0;

/** Opens the file at an address through the main thread; undefined in a thread that asks servers itself. */
export function openThere(address: string): Promise<RandomAccessFile> | undefined {
  if (!link) return undefined;
  const { port, waiting } = link;
  const ask = (question: Question): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      port.postMessage({ id, ...question } satisfies Asked);
    });
  const open = async (): Promise<RandomAccessFile> => {
    const { file, size, atOnce } = (await ask({ ask: "open", address })) as OpenedThere;
    const read = (offset: number, length: number): Promise<Uint8Array> =>
      ask({ ask: "read", file, offset, length }) as Promise<Uint8Array>;
    return {
      ...{ path: address, size, atOnce, read },
      readInto: async (buffer, offset, length) => {
        buffer.set(await read(offset, length));
        return buffer.subarray(0, length);
      },
      close: async () => void (await ask({ ask: "close", file })),
    };
  };
  return open();
}
