import type { MemoryForum } from "../plugin/memory.js";

/** The memory of a run that nobody watches: it is never short, and no vote is ever taken. */
export const unwatchedMemory: MemoryForum = {
  limitBytes: 1e9,
  on: () => () => undefined,
  vote: () => () => undefined,
};
