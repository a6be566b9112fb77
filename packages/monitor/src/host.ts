import { readFileSync } from "node:fs";
import { totalmem } from "node:os";

/** What the monitor asks the machine; tests replace it with another machine. */
export interface Host {
  /** The text of a small file, or undefined if it can't be read. */
  readText(path: string): string | undefined;
  /** Physical memory, in bytes. */
  totalMemory(): number;
  /** The limit on this process that Node knows, in bytes; 0, undefined or an absurdly large number if there is none. */
  constrainedMemory(): number | undefined;
  /** Resident set of this process, in bytes. */
  rss(): number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The machine on which this process runs. */
export const thisHost: Host = {
  // The kernel creates files of procfs and cgroupfs as they are read, within microseconds. An asynchronous read
  // would wait for a thread that decoders and compressors keep busy exactly when memory is short.
  readText(path) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
  totalMemory: totalmem,
  constrainedMemory: () => process.constrainedMemory(),
  rss: () => process.memoryUsage.rss(),
  env: process.env,
};
