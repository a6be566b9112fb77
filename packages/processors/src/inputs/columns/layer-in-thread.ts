import {
  importModule,
  quietly,
  type RasterSource,
  type RasterStack,
  type ReopenInThread,
} from "@quadrat/core/base";
import { changed } from "./shared-stack.js";

interface OpenStack {
  readonly stack: Promise<RasterStack>;
  users: number;
}

/** The stacks that this thread has open. The one used last stays open for the next layer of it. */
const open = new Map<string, OpenStack>();

/** A stack that is open until it is released. */
export interface LentStack {
  readonly stack: RasterStack;
  readonly release: () => Promise<void>;
}

/** Opens a stack in this thread, or lends the one that is open. */
export async function lendStack(reopen: ReopenInThread): Promise<LentStack> {
  const key = JSON.stringify([reopen.module, reopen.call, reopen.argument]);
  const entry = open.get(key) ?? { stack: openStack(reopen), users: 0 };
  entry.users++;
  // At the end, as the one used last.
  open.delete(key);
  open.set(key, entry);
  let released = false;
  const release = async (): Promise<void> => {
    if (released) return;
    released = true;
    entry.users--;
    await closeIdle(1);
  };
  try {
    const stack = await entry.stack;
    await closeIdle(1);
    return { stack, release };
  } catch (error) {
    open.delete(key);
    throw error;
  }
}

/** Closes the stacks that nobody uses, but for so many of those used last. */
export async function closeIdle(kept: number): Promise<void> {
  const idle = [...open].filter(([, { users }]) => users === 0);
  for (const [key, { stack }] of idle.slice(0, Math.max(0, idle.length - kept))) {
    open.delete(key);
    await quietly(async () => (await stack).close());
  }
}

/** Called in a worker thread: a layer of a stack as a raster. */
export async function openLayer({
  stack: reopen,
  index,
}: {
  readonly stack: ReopenInThread;
  readonly index: number;
}): Promise<RasterSource> {
  const { stack, release } = await lendStack(reopen);
  return changed(stack.layer(index), { close: release });
}

async function openStack({ module, call, argument }: ReopenInThread): Promise<RasterStack> {
  const functions = (await importModule(module)) as Record<
    string,
    (argument: unknown) => Promise<RasterStack>
  >;
  return functions[call]!(argument);
}
