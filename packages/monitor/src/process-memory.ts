import { thisHost, type Host } from "./host.js";

/**
 * The parts of this process's memory, in bytes, as counted by V8 and the kernel. The parts overlap with `rss`, not with each
 * other.
 */
export interface ProcessMemory {
  /** Resident set: everything in physical memory, code and native libraries included. */
  readonly rss: number;
  readonly heapTotal: number;
  readonly heapUsed: number;
  /** Held by V8 objects outside the heap, without the array buffers. */
  readonly external: number;
  readonly arrayBuffers: number;
}

/** A detailed reading: the resident set of the process, and the V8 heap of the calling thread. */
export function processMemory(): ProcessMemory {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { rss, heapTotal, heapUsed, external: Math.max(0, external - arrayBuffers), arrayBuffers };
}

/**
 * The maximum resident set that this process has ever had, in bytes: the kernel's own high-water mark, which misses nothing
 * between samples.
 */
export function peakRss(host: Pick<Host, "readText"> = thisHost): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(host.readText("/proc/self/status") ?? "")?.[1];
  // getrusage's maximum is second best: on Linux it starts with that of the process from which this one was forked.
  return 1024 * (kibibytes === undefined ? process.resourceUsage().maxRSS : Number(kibibytes));
}
