import type { MemoryBackend, MemorySample } from "@quadrat/core";
import { z } from "zod";

/** A reading that says what was measured against which limit. */
export interface SourcedSample extends MemorySample {
  readonly source: string;
}

/** A backend that answers synchronously and says what it measures. */
export interface SourcedBackend extends MemoryBackend {
  sample(): SourcedSample;
}

/** The option that every built-in backend takes: the limit of the run, in bytes. */
export const limitOption = z.number().positive().finite().optional();

/** The reading nearest to its limit; the first of equal ones. */
export function tightest<S extends MemorySample>(samples: readonly S[]): S | undefined {
  let worst: S | undefined;
  for (const sample of samples) {
    if (!worst || sample.used / sample.limit > worst.used / worst.limit) worst = sample;
  }
  return worst;
}
