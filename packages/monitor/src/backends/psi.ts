import { QuadratError, type MemoryBackendDefinition } from "@quadrat/core";
import { z } from "zod";
import { thisHost, type Host } from "../host.js";
import { cgroupLevels } from "../limit/cgroup.js";
import { detectMemoryLimit } from "../limit/detect.js";
import { limitOption, type SourcedBackend } from "./sample.js";

/** Stalled time in percent, and the ratio to the limit that it counts as. */
export type PressurePoint = readonly [percent: number, ratio: number];

export interface PsiBackendOptions {
  /** Bytes that a ratio of 1 stands for; default: what this process may use. */
  readonly limit?: number | undefined;
  /** The file to read; default: this process's cgroup, else the whole machine. */
  readonly path?: string | undefined;
  /** The corners of the mapping, ascending in both; below the first and above the last the ratio is constant. */
  readonly points?: readonly PressurePoint[] | undefined;
}

/** With the default thresholds: below 5 % of the time stalled is recovered, 10 % a warning, 20 % critical; 60 % is the limit. */
export const defaultPressurePoints: readonly PressurePoint[] = [
  [0, 0],
  [5, 0.7],
  [10, 0.8],
  [20, 0.9],
  [60, 1],
];

/**
 * Pressure stall information: the share of the last ten seconds in which some task waited for memory (`some avg10`),
 * as a share of the limit. It shows a shortage caused by other processes, which this process's own usage does not.
 * @throws QuadratError if the kernel does not provide it
 */
export function psiBackend(options: PsiBackendOptions = {}, host: Host = thisHost): SourcedBackend {
  const path = options.path ?? pressureFile(host);
  if (path === undefined || somePressure(host.readText(path)) === undefined) throw noPressure(path);
  const limit = options.limit ?? detectMemoryLimit(host).bytes;
  const points = options.points ?? defaultPressurePoints;
  const source = `pressure in ${path}`;
  return {
    sample() {
      const percent = somePressure(host.readText(path));
      if (percent === undefined) throw noPressure(path);
      return { used: pressureRatio(percent, points) * limit, limit, source };
    },
  };
}

/** `avg10` of the `some` line of a pressure file, in percent. */
export function somePressure(text: string | undefined): number | undefined {
  const value = /^some avg10=(\d+(?:\.\d+)?)\b/m.exec(text ?? "")?.[1];
  return value === undefined ? undefined : Number(value);
}

/** Linear between the corners, constant beyond them. */
export function pressureRatio(
  percent: number,
  points: readonly PressurePoint[] = defaultPressurePoints,
): number {
  let [left, ratio] = points[0]!;
  if (percent <= left) return ratio;
  for (const [right, next] of points.slice(1)) {
    if (percent <= right) return ratio + ((next - ratio) * (percent - left)) / (right - left);
    [left, ratio] = [right, next];
  }
  return ratio;
}

function pressureFile(host: Host): string | undefined {
  const own = cgroupLevels(host)
    .filter((level) => level.version === 2)
    .map((level) => `${level.directory}/memory.pressure`);
  return [...own, "/proc/pressure/memory"].find((path) => somePressure(host.readText(path)) !== undefined);
}

function noPressure(path: string | undefined): QuadratError {
  const where = path ?? "/proc/pressure/memory";
  return new QuadratError("usage", `memory pressure can't be read from ${where}`, {
    hint: "it needs Linux 4.20 with PSI on (boot with psi=1); or set `memory.backend` to process or auto",
    place: { key: "memory.backend" },
  });
}

const rising = (points: readonly PressurePoint[]): boolean =>
  points.every(([percent, ratio], i) => {
    const before = points[i - 1];
    return !before || (percent > before[0] && ratio >= before[1]);
  });

export const psiBackendDefinition: MemoryBackendDefinition<PsiBackendOptions> = {
  name: "psi",
  description: "the kernel's memory pressure (Linux)",
  options: z.strictObject({
    limit: limitOption,
    path: z.string().min(1).optional(),
    points: z
      .array(z.tuple([z.number().min(0).max(100), z.number().min(0)]))
      .min(2)
      .refine(rising, "the points must ascend in percent and must not descend in ratio")
      .optional(),
  }),
  create: (options) => psiBackend(options),
};
