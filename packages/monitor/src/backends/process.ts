import type { MemoryBackendDefinition } from "@quadrat/core";
import { z } from "zod";
import { thisHost, type Host } from "../host.js";
import { detectMemoryLimit } from "../limit/detect.js";
import { limitOption, type SourcedBackend } from "./sample.js";

export interface ProcessBackendOptions {
  /** Bytes; default: what this process may use. */
  readonly limit?: number | undefined;
}

/** The resident set of the whole process, worker threads and native libraries included, against the limit. */
export function processBackend(options: ProcessBackendOptions = {}, host: Host = thisHost): SourcedBackend {
  const limit = options.limit ?? detectMemoryLimit(host).bytes;
  return { sample: () => ({ used: host.rss(), limit, source: "resident set" }) };
}

export const processBackendDefinition: MemoryBackendDefinition<ProcessBackendOptions> = {
  name: "process",
  description: "the resident set of the process against the limit",
  options: z.strictObject({ limit: limitOption }),
  create: (options) => processBackend(options),
};
