/** A mounted cgroup hierarchy, as a line of /proc/self/mountinfo describes it. */
export interface CgroupMount {
  readonly version: 1 | 2;
  /** The cgroup of the hierarchy that is visible at the mount point. */
  readonly root: string;
  readonly mountPoint: string;
}

/** The mounts of a /proc/self/mountinfo text that may have the memory controller, in their order. */
export function cgroupMounts(mountinfo: string): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (const line of mountinfo.split("\n")) {
    // proc(5): id, parent, device, root, mount point, options, optional fields, a hyphen, type, source, super options
    const separator = line.indexOf(" - ");
    if (separator < 0) continue;
    const [, , , root, mountPoint] = line.slice(0, separator).split(" ");
    const [type, , options = ""] = line.slice(separator + 3).split(" ");
    if (root === undefined || mountPoint === undefined) continue;
    const place = { root: unescapeOctal(root), mountPoint: unescapeOctal(mountPoint) };
    if (type === "cgroup2") mounts.push({ version: 2, ...place });
    if (type === "cgroup" && options.split(",").includes("memory")) mounts.push({ version: 1, ...place });
  }
  return mounts;
}

/**
 * Paths of the cgroups to which a /proc/self/cgroup text assigns this process: the one of v1's memory controller, and v2's.
 */
export function cgroupPaths(cgroup: string): { v1?: string; v2?: string } {
  const paths: { v1?: string; v2?: string } = {};
  for (const line of cgroup.split("\n")) {
    // cgroups(7): hierarchy, controllers, path; only the path may hold further colons
    const [, hierarchy, controllers, path] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    if (path === undefined || controllers === undefined) continue;
    if (hierarchy === "0" && controllers === "") paths.v2 = path;
    if (controllers.split(",").includes("memory")) paths.v1 = path;
  }
  return paths;
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
