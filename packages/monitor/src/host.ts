import { readFileSync } from "node:fs";
import { totalmem } from "node:os";

/** What the monitor asks the machine, so that tests can put another machine in its place. */
export interface Host {
  /** The text of a small file, or undefined where it can't be read. */
  readText(path: string): string | undefined;
  /** Physical memory, in bytes. */
  totalMemory(): number;
  /** What Node knows of a limit on this process, in bytes; 0, undefined or an absurdly large number without one. */
  constrainedMemory(): number | undefined;
  /** Resident set of this process, in bytes. */
  rss(): number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The machine that this process runs on. */
export const thisHost: Host = {
  // Files of procfs and cgroupfs are made by the kernel as they are read, in microseconds; an asynchronous read
  // would wait for a thread that decoders and compressors keep busy just when memory is short.
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
