import type { MemoryBackendDefinition } from "@quadrat/core";
import { z } from "zod";
import { thisHost, type Host } from "../host.js";
import { accountedLevels, limitedSamples } from "./cgroup.js";
import { processBackend } from "./process.js";
import { psiBackend } from "./psi.js";
import { limitOption, tightest, type SourcedBackend } from "./sample.js";

export interface AutoBackendOptions {
  /** Bytes that the resident set of this process is held to; default: what it may use. */
  readonly limit?: number | undefined;
}

/** Which of process, cgroup and psi can be measured on this machine; the tightest counts. */
export interface AutoBackend extends SourcedBackend {
  readonly members: readonly string[];
}

/**
 * Takes the tightest of: the resident set against the limit of the run, every cgroup against its own limit (it may
 * hold other processes, so the limit of the run does not apply to it), and memory pressure. A part that can't be
 * read, or can no longer be read, does not count; the resident set can always be read.
 */
export function autoBackend(options: AutoBackendOptions = {}, host: Host = thisHost): AutoBackend {
  const resident = processBackend(options, host);
  const levels = attempt(() => accountedLevels(host));
  const pressure = attempt(() => psiBackend(options, host));
  return {
    members: ["process", ...(levels ? ["cgroup"] : []), ...(pressure ? ["psi"] : [])],
    sample() {
      const stalled = pressure && attempt(() => pressure.sample());
      const samples = [
        resident.sample(),
        ...limitedSamples(host, levels ?? []),
        ...(stalled ? [stalled] : []),
      ];
      return tightest(samples)!;
    },
  };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

export const autoBackendDefinition: MemoryBackendDefinition<AutoBackendOptions> = {
  name: "auto",
  description: "the tightest of process, cgroup and psi, as far as they are available",
  options: z.strictObject({ limit: limitOption }),
  create: (options) => autoBackend(options),
};
