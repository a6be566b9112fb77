import { tmpdir } from "node:os";
import { DuckDbStore } from "@quadrat/core/host";

/** A store of its own to look into an input, before there is one for the run. */
export function openMemoryStore(): Promise<DuckDbStore> {
  return DuckDbStore.open(":memory:", { memoryBytes: 2 ** 28, threads: 1, temporaryDirectory: tmpdir() });
}
