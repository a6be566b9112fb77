/** Where the merged table is while it is exported: whole in memory, or joined anew, batch by batch, from the store. */
export type MergeMode = "memory" | "streaming";
