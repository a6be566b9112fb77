import type { MemoryForum } from "../plugin/memory.js";

/** The memory of an unwatched run: it is never short, and there is never a vote. */
export const unwatchedMemory: MemoryForum = {
  limitBytes: 1e9,
  on: () => () => undefined,
  vote: () => () => undefined,
};
