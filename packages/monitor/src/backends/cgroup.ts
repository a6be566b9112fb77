import { QuadratError, type MemoryBackendDefinition } from "@quadrat/core";
import { z } from "zod";
import { thisHost, type Host } from "../host.js";
import { cgroupLevels, limitOf, usageOf, type CgroupLevel } from "../limit/cgroup.js";
import { limitOption, tightest, type SourcedBackend, type SourcedSample } from "./sample.js";

export interface CgroupBackendOptions {
  /** Bytes that this process's own cgroup is held to, unless its own limit is lower. Ancestors keep theirs. */
  readonly limit?: number | undefined;
}

/**
 * The tightest of this process's cgroup and its ancestors: usage without the inactive file pages, against the
 * limit. Limits are read again each time, because they may change during a run.
 * @throws QuadratError if there is no memory cgroup
 */
export function cgroupBackend(options: CgroupBackendOptions = {}, host: Host = thisHost): SourcedBackend {
  const ownLimit = options.limit ?? host.totalMemory();
  let levels = accountedLevels(host);
  return {
    sample() {
      let reading = read();
      if (!reading) {
        // The process has been moved to another cgroup.
        levels = accountedLevels(host);
        reading = read();
      }
      if (!reading) throw noCgroup();
      return reading;
    },
  };

  function read(): SourcedSample | undefined {
    const [own] = levels;
    const capped = own && readLevel(host, own, { bytes: ownLimit, source: "memory limit" });
    return tightest([...limitedSamples(host, levels), ...(capped ? [capped] : [])]);
  }
}

/** The cgroups whose usage can be read, innermost first. @throws QuadratError if there is none */
export function accountedLevels(host: Host): CgroupLevel[] {
  const levels = cgroupLevels(host).filter((level) => usageOf(host, level) !== undefined);
  if (levels.length === 0) throw noCgroup();
  return levels;
}

/** A reading of each of these cgroups that sets a limit. */
export function limitedSamples(host: Host, levels: readonly CgroupLevel[]): SourcedSample[] {
  return levels.flatMap((level) => {
    const limit = limitOf(host, level);
    const sample = limit && readLevel(host, level, limit);
    return sample ? [sample] : [];
  });
}

function readLevel(
  host: Host,
  level: CgroupLevel,
  limit: { readonly bytes: number; readonly source: string },
): SourcedSample | undefined {
  const used = usageOf(host, level);
  if (used === undefined) return undefined;
  return { used, limit: limit.bytes, source: `cgroup ${level.directory}, ${limit.source}` };
}

function noCgroup(): QuadratError {
  return new QuadratError("usage", "the memory of this process's cgroup can't be read here", {
    hint: "set `memory.backend` to process or auto",
    place: { key: "memory.backend" },
  });
}

export const cgroupBackendDefinition: MemoryBackendDefinition<CgroupBackendOptions> = {
  name: "cgroup",
  description: "the tightest cgroup (v1 or v2) that the process is in",
  options: z.strictObject({ limit: limitOption }),
  create: (options) => cgroupBackend(options),
};
