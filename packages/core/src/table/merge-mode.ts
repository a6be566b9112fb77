/** Where the merged table is while it is exported: completely in memory, or joined again from the store, batch by batch. */
export type MergeMode = "memory" | "streaming";
