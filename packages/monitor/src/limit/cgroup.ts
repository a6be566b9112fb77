import type { Host } from "../host.js";
import { cgroupMounts, cgroupPaths, type CgroupMount } from "./mounts.js";

/** One cgroup that this process is accounted to. */
export interface CgroupLevel {
  readonly version: 1 | 2;
  readonly directory: string;
  /** The process's own cgroup, or the nearest ancestor whose memory files are visible. */
  readonly innermost: boolean;
}

/** An upper bound on memory, and where it was found. */
export interface FoundLimit {
  readonly bytes: number;
  readonly source: string;
}

/** v1 shows "no limit" as the largest multiple of the page size below 2^63. */
const unlimited = 2 ** 62;

/**
 * Every visible cgroup that bounds this process: its own and all ancestors, innermost first. If the path leads
 * out of what is mounted (a container with the host's cgroup namespace, or the other way round), only the mount
 * point remains, which is where a container sees its own cgroup.
 */
export function cgroupLevels(host: Host): CgroupLevel[] {
  const mountinfo = host.readText("/proc/self/mountinfo");
  if (mountinfo === undefined) return [];
  const paths = cgroupPaths(host.readText("/proc/self/cgroup") ?? "");
  const seen = new Set<string>();
  const levels: CgroupLevel[] = [];
  for (const mount of cgroupMounts(mountinfo)) {
    for (const level of lineage(host, mount, (mount.version === 1 ? paths.v1 : paths.v2) ?? "/")) {
      if (seen.has(level.directory)) continue;
      seen.add(level.directory);
      levels.push(level);
    }
  }
  return levels;
}

/** The lowest limit that this one cgroup sets, or undefined if it sets none. */
export function limitOf(host: Host, level: CgroupLevel): FoundLimit | undefined {
  const found: FoundLimit[] = [];
  const consider = (text: string | undefined, source: string): void => {
    const bytes = limitBytes(text);
    if (bytes !== undefined) found.push({ bytes, source });
  };
  const file = (name: string): string => `${level.directory}/${name}`;
  if (level.version === 2) {
    consider(host.readText(file("memory.max")), file("memory.max"));
    // Above memory.high the kernel reclaims from every allocation and all but stops the process.
    consider(host.readText(file("memory.high")), file("memory.high"));
  } else {
    consider(host.readText(file("memory.limit_in_bytes")), file("memory.limit_in_bytes"));
    if (level.innermost) {
      // This includes the ancestors, even those that a container does not see.
      const stat = file("memory.stat");
      const field = "hierarchical_memory_limit";
      consider(statField(host.readText(stat), field)?.toString(), `${field} of ${stat}`);
    }
  }
  return least(found);
}

/**
 * Bytes that this cgroup holds and the kernel can't simply drop: everything charged except the file pages on
 * the inactive list, as container runtimes and kubelet count a working set. Undefined without a memory
 * controller.
 */
export function usageOf(host: Host, level: CgroupLevel): number | undefined {
  const name = level.version === 2 ? "memory.current" : "memory.usage_in_bytes";
  const charged = wholeNumber(host.readText(`${level.directory}/${name}`));
  if (charged === undefined) return undefined;
  const stat = host.readText(`${level.directory}/memory.stat`);
  const inactive =
    (level.version === 1 ? statField(stat, "total_inactive_file") : undefined) ??
    statField(stat, "inactive_file");
  return Math.max(0, charged - (inactive ?? 0));
}

/** The smallest of some limits; the first of equal ones. */
export function least<T extends { readonly bytes: number }>(limits: readonly T[]): T | undefined {
  let smallest: T | undefined;
  for (const limit of limits) if (!smallest || limit.bytes < smallest.bytes) smallest = limit;
  return smallest;
}

function* lineage(host: Host, mount: CgroupMount, path: string): Generator<CgroupLevel> {
  const { version } = mount;
  const names = below(mount.root, path).split("/").filter(Boolean);
  const directory = (depth: number): string => {
    const joined = `${mount.mountPoint}/${names.slice(0, depth).join("/")}`.replace(/\/+/g, "/");
    return joined.length > 1 ? joined.replace(/\/$/, "") : joined;
  };
  let innermost = true;
  for (let depth = names.length; depth >= 0; depth--) {
    const level = { version, directory: directory(depth), innermost };
    if (usageOf(host, level) !== undefined) innermost = false;
    yield level;
    // v1 only: a parent without hierarchical accounting does not bound its children.
    const parent = depth > 0 ? host.readText(`${directory(depth - 1)}/memory.use_hierarchy`) : undefined;
    if (version === 1 && parent?.trim() === "0") return;
  }
}

/** The part of `path` below `root`, or "" when it is not below it. */
function below(root: string, path: string): string {
  if (path.split("/").includes("..")) return "";
  if (root === "/") return path;
  return path.startsWith(`${root}/`) ? path.slice(root.length) : "";
}

function statField(stat: string | undefined, field: string): number | undefined {
  return wholeNumber(stat && new RegExp(`^${field} (\\d+)$`, "m").exec(stat)?.[1]);
}

function limitBytes(text: string | undefined): number | undefined {
  const bytes = wholeNumber(text);
  return bytes !== undefined && bytes > 0 && bytes < unlimited ? bytes : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  const trimmed = text?.trim();
  return trimmed !== undefined && /^\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}
