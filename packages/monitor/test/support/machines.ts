import type { Host } from "../../src/index.js";

export const KiB = 1024;
export const MiB = 1024 ** 2;
export const GiB = 1024 ** 3;

export type Files = Readonly<Record<string, string>>;

/** A machine made of the files that the monitor would read on it. */
export function machine(
  files: Files,
  facts: Partial<{ total: number; constrained: number; rss: number; env: Record<string, string> }> = {},
): Host {
  const { total = 16 * GiB, constrained, rss = 100 * MiB, env = {} } = facts;
  return {
    readText: (path) => files[path],
    totalMemory: () => total,
    constrainedMemory: () => constrained,
    rss: () => rss,
    env,
  };
}

/** What 4 KiB pages make of "no limit" in cgroup v1. */
export const v1Unlimited = "9223372036854771712\n";

const commonMounts = `\
21 26 0:19 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
22 26 0:20 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw
26 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro
`;

/** A desktop under systemd: one v2 tree, whose top has no memory files. */
export function desktopV2(limits: Files = {}): Files {
  const scope = "/user.slice/user-1000.slice/user@1000.service/app.slice/app-terminal-4711.scope";
  const base = "/sys/fs/cgroup";
  const files: Record<string, string> = {
    "/proc/self/cgroup": `0::${scope}\n`,
    "/proc/self/mountinfo": `${commonMounts}29 21 0:26 / ${base} rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n`,
  };
  const names = scope.split("/").filter(Boolean);
  names.forEach((_, i) => {
    const directory = `${base}/${names.slice(0, i + 1).join("/")}`;
    Object.assign(files, v2Level(directory, { current: (5 - i) * 400 * MiB }));
  });
  return { ...files, ...limits };
}

/** The memory files of one v2 cgroup. */
export function v2Level(
  directory: string,
  { max = "max", high = "max", current = 300 * MiB, inactiveFile = 0 }: Partial<V2Level> = {},
): Files {
  return {
    [`${directory}/memory.max`]: `${max}\n`,
    [`${directory}/memory.high`]: `${high}\n`,
    [`${directory}/memory.current`]: `${current}\n`,
    [`${directory}/memory.stat`]: `anon ${current - inactiveFile}\nfile ${inactiveFile}\nkernel 1335296\ninactive_anon 0\nactive_anon 4096\ninactive_file ${inactiveFile}\nactive_file 0\nunevictable 0\n`,
  };
}

interface V2Level {
  readonly max: number | "max";
  readonly high: number | "max";
  readonly current: number;
  readonly inactiveFile: number;
}

/** The memory files of one v1 cgroup. */
export function v1Level(
  directory: string,
  {
    limit = v1Unlimited.trim(),
    hierarchical = limit,
    usage = 300 * MiB,
    inactiveFile = 0,
    useHierarchy = 1,
  }: Partial<V1Level> = {},
): Files {
  return {
    [`${directory}/memory.limit_in_bytes`]: `${limit}\n`,
    [`${directory}/memory.usage_in_bytes`]: `${usage}\n`,
    [`${directory}/memory.use_hierarchy`]: `${useHierarchy}\n`,
    [`${directory}/memory.stat`]: `cache 9166848\nrss 12976128\ninactive_file 0\nactive_file 167936\nhierarchical_memory_limit ${hierarchical}\nhierarchical_memsw_limit 9223372036854771712\ntotal_cache 851308544\ntotal_inactive_anon 72290304\ntotal_inactive_file ${inactiveFile}\ntotal_active_file 443355136\n`,
  };
}

interface V1Level {
  readonly limit: number | string;
  readonly hierarchical: number | string;
  readonly usage: number;
  readonly inactiveFile: number;
  readonly useHierarchy: 0 | 1;
}

const containerId = "3f29c5e0a1b24f0c8d7f5b6a9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a291807";

/** A container with a cgroup namespace of its own: it sees its cgroup as the top. */
export function containerV2(level: Partial<V2Level>): Files {
  return {
    "/proc/self/cgroup": "0::/\n",
    "/proc/self/mountinfo": `\
1320 1180 0:289 / / rw,relatime master:497 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B
1321 1320 0:292 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
1326 1324 0:26 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate,memory_recursiveprot
`,
    ...v2Level("/sys/fs/cgroup", level),
  };
}

/** A container under v1: the host's path in /proc/self/cgroup, but its own cgroup mounted. */
export function containerV1(level: Partial<V1Level>): Files {
  return {
    "/proc/self/cgroup": `\
12:pids:/docker/${containerId}
11:memory:/docker/${containerId}
10:cpu,cpuacct:/docker/${containerId}
1:name=systemd:/docker/${containerId}
0::/system.slice/containerd.service
`,
    "/proc/self/mountinfo": `\
712 634 0:60 / / rw,relatime master:268 - overlay overlay rw
718 717 0:64 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
724 718 0:32 /docker/${containerId} /sys/fs/cgroup/cpu,cpuacct ro,nosuid,nodev,noexec,relatime master:14 - cgroup cgroup rw,cpu,cpuacct
729 718 0:38 /docker/${containerId} /sys/fs/cgroup/memory ro,nosuid,nodev,noexec,relatime master:20 - cgroup cgroup rw,memory
`,
    ...v1Level("/sys/fs/cgroup/memory", level),
  };
}

/** A batch job under Slurm with v1: the limit sits on the job, above the step and the task. */
export function slurmV1(jobLimit: number): Files {
  const base = "/sys/fs/cgroup/memory";
  return {
    "/proc/self/cgroup":
      "9:memory:/slurm/uid_1000/job_42/step_0/task_0\n4:freezer:/slurm/uid_1000/job_42/step_0\n",
    "/proc/self/mountinfo": `${commonMounts}34 25 0:30 / ${base} rw,nosuid,nodev,noexec,relatime shared:17 - cgroup cgroup rw,memory\n`,
    ...v1Level(base),
    ...v1Level(`${base}/slurm`),
    ...v1Level(`${base}/slurm/uid_1000`),
    ...v1Level(`${base}/slurm/uid_1000/job_42`, { limit: jobLimit, usage: 3 * GiB }),
    ...v1Level(`${base}/slurm/uid_1000/job_42/step_0`, { hierarchical: jobLimit }),
    ...v1Level(`${base}/slurm/uid_1000/job_42/step_0/task_0`, { hierarchical: jobLimit }),
  };
}

/** The same with v2, where a child's files say nothing of its ancestors. */
export function slurmV2(jobLimit: number): Files {
  const base = "/sys/fs/cgroup";
  const job = `${base}/system.slice/slurmstepd.scope/job_42`;
  return {
    "/proc/self/cgroup": "0::/system.slice/slurmstepd.scope/job_42/step_0/user/task_0\n",
    "/proc/self/mountinfo": `${commonMounts}30 24 0:27 / ${base} rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw\n`,
    ...v2Level(`${base}/system.slice`),
    ...v2Level(`${base}/system.slice/slurmstepd.scope`),
    ...v2Level(job, { max: jobLimit, current: 3 * GiB }),
    ...v2Level(`${job}/step_0`),
    ...v2Level(`${job}/step_0/user`),
    ...v2Level(`${job}/step_0/user/task_0`),
  };
}

/** Hybrid: memory is v1's, and an empty v2 tree is mounted beside it. */
export function hybrid(level: Partial<V1Level> = {}): Files {
  const base = "/sys/fs/cgroup/memory";
  return {
    "/proc/self/cgroup": "9:name=systemd:/\n4:memory:/sessions/7c34\n3:cpuset:/\n0::/\n",
    "/proc/self/mountinfo": `\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
35 31 0:32 / ${base} rw,relatime - cgroup cgroup rw,memory
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`,
    ...v1Level(base),
    ...v1Level(`${base}/sessions`),
    ...v1Level(`${base}/sessions/7c34`, level),
    "/sys/fs/cgroup/unified/memory.pressure": pressure(0),
  };
}

/** A pressure file with this `some avg10`. */
export function pressure(someAvg10: number): string {
  return `some avg10=${someAvg10.toFixed(2)} avg60=1.25 avg300=0.40 total=123456\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=3456\n`;
}

/** /proc/self/limits with these soft limits, in bytes. */
export function limits(soft: Partial<Record<"data" | "resident" | "address", number>> = {}): string {
  const row = (name: string, value: number | undefined): string =>
    `${name.padEnd(26)}${String(value ?? "unlimited").padEnd(21)}${"unlimited".padEnd(21)}bytes     \n`;
  return `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
${row("Max data size", soft.data)}${row("Max stack size", 8388608)}${row("Max resident set", soft.resident)}Max processes             96365                96365                processes 
${row("Max locked memory", 8388608)}${row("Max address space", soft.address)}Max realtime timeout      unlimited            unlimited            us        
`;
}
