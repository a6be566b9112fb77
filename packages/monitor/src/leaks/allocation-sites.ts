import type { HeapProfiler, Runtime } from "node:inspector";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./trend.js";

/** Live bytes by the function that allocated them, as `function (file:line)`. */
export type AllocationSites = ReadonlyMap<string, number>;

const ownFolder = dirname(fileURLToPath(import.meta.url));

/**
 * Adds up a sampling heap profile by site. Allocations by V8's builtins, Node and node_modules are attributed to their
 * caller, if there is one; those of the leak detector itself are left out. The line is that of the function's
 * beginning.
 */
export function allocationSites(head: HeapProfiler.SamplingHeapProfileNode): AllocationSites {
  const sites = new Map<string, number>();
  const visit = (node: HeapProfiler.SamplingHeapProfileNode, caller: Place | undefined): void => {
    const place = nearer(caller, node.callFrame);
    if (place?.rank === ranks.own) return;
    if (place && node.selfSize > 0) sites.set(place.site, (sites.get(place.site) ?? 0) + node.selfSize);
    for (const child of node.children) visit(child, place);
  };
  visit(head, undefined);
  return sites;
}

/**
 * The site whose live bytes grew most from the first profile to the last. If the memory is off the heap, a profile sees
 * only the small objects that hold it: then it is the site that grew most evenly, as it does with one object per batch.
 */
export function growingSite(profiles: readonly AllocationSites[], offHeap: boolean): string | undefined {
  // What is allocated only once, in the first profiled batches, is already in the first profile.
  const series = profiles.length < 3 ? [new Map<string, number>(), ...profiles] : profiles;
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => series[Math.round(share * (series.length - 1))]);
  let best: { site: string; even: number; total: number } | undefined;
  for (const [site, bytes] of marks[4] ?? []) {
    const levels = marks.map((mark) => mark?.get(site) ?? 0);
    const even = offHeap ? median(levels.slice(1).map((level, i) => level - levels[i]!)) : 0;
    const total = bytes - levels[0]!;
    if (total <= 0) continue;
    if (!best || even > best.even || (even === best.even && total > best.total)) best = { site, even, total };
  }
  return best?.site;
}

const ranks = { library: 1, user: 2, own: 3 } as const;

interface Place {
  readonly site: string;
  readonly rank: (typeof ranks)[keyof typeof ranks];
}

/** The location of a frame, or of its caller if that says more. */
function nearer(caller: Place | undefined, frame: Runtime.CallFrame): Place | undefined {
  const { functionName, url, lineNumber } = frame;
  if (url === "" || url.startsWith("node:") || caller?.rank === ranks.own) return caller;
  const path = pathOf(url);
  const rank = dirname(path) === ownFolder ? ranks.own : isLibrary(path) ? ranks.library : ranks.user;
  if (caller && caller.rank > rank) return caller;
  const name = functionName === "" ? "(anonymous)" : functionName;
  return { site: `${name} (${basename(path)}:${lineNumber + 1})`, rank };
}

function isLibrary(path: string): boolean {
  return path.split(/[\\/]/).includes("node_modules");
}

function pathOf(url: string): string {
  try {
    return url.startsWith("file:") ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}
