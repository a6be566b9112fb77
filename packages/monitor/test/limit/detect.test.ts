import { totalmem } from "node:os";
import { describe, expect, it } from "vitest";
import { detectMemoryLimit } from "../../src/index.js";
import {
  containerV1,
  containerV2,
  desktopV2,
  GiB,
  hybrid,
  limits,
  machine,
  MiB,
  slurmV1,
  slurmV2,
  v1Level,
  v2Level,
  type Files,
} from "../support/machines.js";

interface Case {
  readonly name: string;
  readonly files: Files;
  readonly facts?: Parameters<typeof machine>[1];
  readonly bytes: number;
  readonly source: string;
}

const app = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice";
const noFiles: Files = {};

const cases: readonly Case[] = [
  { name: "macOS: no files at all", files: noFiles, bytes: 16 * GiB, source: "physical memory" },
  {
    name: "Windows: Node knows of a job object",
    files: noFiles,
    facts: { constrained: 2 * GiB },
    bytes: 2 * GiB,
    source: "process.constrainedMemory()",
  },
  {
    name: "Node's own number where there is no limit (2^64)",
    files: noFiles,
    facts: { constrained: 18446744073709552000 },
    bytes: 16 * GiB,
    source: "physical memory",
  },
  {
    name: 'v2, every level at "max"',
    files: desktopV2(),
    facts: { constrained: 0 },
    bytes: 16 * GiB,
    source: "physical memory",
  },
  {
    name: "v2, a limit on the own cgroup",
    files: desktopV2({ [`${app}/app-terminal-4711.scope/memory.max`]: "1073741824\n" }),
    bytes: GiB,
    source: `${app}/app-terminal-4711.scope/memory.max`,
  },
  {
    name: "v2, a limit on an ancestor lower than the own",
    files: desktopV2({
      [`${app}/app-terminal-4711.scope/memory.max`]: "4294967296\n",
      "/sys/fs/cgroup/user.slice/user-1000.slice/memory.max": "2147483648\n",
    }),
    bytes: 2 * GiB,
    source: "/sys/fs/cgroup/user.slice/user-1000.slice/memory.max",
  },
  {
    name: "v2, memory.high below memory.max",
    files: desktopV2({
      [`${app}/memory.max`]: "4294967296\n",
      [`${app}/memory.high`]: "3221225472\n",
    }),
    bytes: 3 * GiB,
    source: `${app}/memory.high`,
  },
  {
    name: "v2, memory.high = 0 is a way to make the kernel reclaim, not a limit",
    files: desktopV2({ [`${app}/memory.high`]: "0\n" }),
    bytes: 16 * GiB,
    source: "physical memory",
  },
  {
    name: "v2 in a container with a cgroup namespace",
    files: containerV2({ max: 512 * MiB }),
    facts: { constrained: 512 * MiB },
    bytes: 512 * MiB,
    source: "/sys/fs/cgroup/memory.max",
  },
  {
    name: "v2 in a container with the host's namespace and its own cgroup mounted",
    files: {
      "/proc/self/cgroup": "0::/system.slice/docker-3f29.scope\n",
      "/proc/self/mountinfo":
        "1326 1324 0:26 /system.slice/docker-3f29.scope /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw\n",
      ...v2Level("/sys/fs/cgroup", { max: 768 * MiB }),
    },
    bytes: 768 * MiB,
    source: "/sys/fs/cgroup/memory.max",
  },
  {
    name: "v2 in a cgroup below that of the container",
    files: {
      "/proc/self/cgroup": "0::/system.slice/docker-3f29.scope/inner\n",
      "/proc/self/mountinfo":
        "1326 1324 0:26 /system.slice/docker-3f29.scope /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw\n",
      ...v2Level("/sys/fs/cgroup", { max: 768 * MiB }),
      ...v2Level("/sys/fs/cgroup/inner", { max: 640 * MiB }),
    },
    bytes: 640 * MiB,
    source: "/sys/fs/cgroup/inner/memory.max",
  },
  {
    name: "v2, a process outside of its namespace's root",
    files: { ...containerV2({ max: 512 * MiB }), "/proc/self/cgroup": "0::/../docker-99aa.scope\n" },
    bytes: 512 * MiB,
    source: "/sys/fs/cgroup/memory.max",
  },
  {
    name: "v2, a cgroup that has been removed under the process: its ancestors count",
    files: {
      ...desktopV2({ [`${app}/memory.max`]: "3221225472\n" }),
      "/proc/self/cgroup":
        "0::/user.slice/user-1000.slice/user@1000.service/app.slice/gone.scope (deleted)\n",
    },
    bytes: 3 * GiB,
    source: `${app}/memory.max`,
  },
  {
    name: "v2 mounted at a place with a blank, a path with a colon",
    files: {
      "/proc/self/cgroup": "0::/a:b\n",
      "/proc/self/mountinfo":
        "29 21 0:26 / /mnt/c\\040groups rw,relatime shared:4 master:2 - cgroup2 cgroup2 rw\n",
      ...v2Level("/mnt/c groups/a:b", { max: GiB }),
    },
    bytes: GiB,
    source: "/mnt/c groups/a:b/memory.max",
  },
  {
    name: "v2 under Slurm: the limit sits three levels up",
    files: slurmV2(4 * GiB),
    bytes: 4 * GiB,
    source: "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_42/memory.max",
  },
  {
    name: "v1 in a container",
    files: containerV1({ limit: 256 * MiB }),
    bytes: 256 * MiB,
    source: "/sys/fs/cgroup/memory/memory.limit_in_bytes",
  },
  {
    name: "v1 in a container whose limit sits on a pod outside",
    files: containerV1({ hierarchical: 384 * MiB }),
    bytes: 384 * MiB,
    source: "hierarchical_memory_limit of /sys/fs/cgroup/memory/memory.stat",
  },
  {
    name: "v1, a process outside of its namespace's root, the limit outside, too",
    files: {
      ...containerV1({ hierarchical: 384 * MiB }),
      "/proc/self/cgroup": "11:memory:/../99aa\n",
      "/proc/self/mountinfo": "729 718 0:38 / /sys/fs/cgroup/memory ro,relatime - cgroup cgroup rw,memory\n",
      ...v1Level("/sys/fs/cgroup/memory/../99aa", { limit: MiB }),
    },
    bytes: 384 * MiB,
    source: "hierarchical_memory_limit of /sys/fs/cgroup/memory/memory.stat",
  },
  {
    name: "v1, a cgroup that has been removed under the process, the limit outside of the container",
    files: {
      ...containerV1({ hierarchical: 384 * MiB }),
      "/proc/self/cgroup": "11:memory:/gone (deleted)\n",
      "/proc/self/mountinfo": "729 718 0:38 / /sys/fs/cgroup/memory ro,relatime - cgroup cgroup rw,memory\n",
    },
    bytes: 384 * MiB,
    source: "hierarchical_memory_limit of /sys/fs/cgroup/memory/memory.stat",
  },
  {
    name: "v1 under Slurm: the limit sits on the job",
    files: slurmV1(6 * GiB),
    bytes: 6 * GiB,
    source:
      "hierarchical_memory_limit of /sys/fs/cgroup/memory/slurm/uid_1000/job_42/step_0/task_0/memory.stat",
  },
  {
    name: "v1, a parent without use_hierarchy does not bound its children",
    files: {
      ...slurmV1(6 * GiB),
      ...v1Level("/sys/fs/cgroup/memory/slurm/uid_1000/job_42", { limit: GiB, useHierarchy: 0 }),
      ...v1Level("/sys/fs/cgroup/memory/slurm/uid_1000/job_42/step_0", { limit: 5 * GiB }),
      ...v1Level("/sys/fs/cgroup/memory/slurm/uid_1000/job_42/step_0/task_0", { hierarchical: 5 * GiB }),
    },
    bytes: 5 * GiB,
    source:
      "hierarchical_memory_limit of /sys/fs/cgroup/memory/slurm/uid_1000/job_42/step_0/task_0/memory.stat",
  },
  { name: "hybrid, v1 values near 2^63", files: hybrid(), bytes: 16 * GiB, source: "physical memory" },
  {
    name: "hybrid, a v1 limit",
    files: hybrid({ limit: 2 * GiB }),
    bytes: 2 * GiB,
    source: "/sys/fs/cgroup/memory/sessions/7c34/memory.limit_in_bytes",
  },
  {
    name: "v1 on 64 KiB pages, without a limit, on a machine of 64 PiB",
    files: containerV1({ limit: "9223372036854710272" }),
    facts: { total: 2 ** 56 },
    bytes: 2 ** 56,
    source: "physical memory",
  },
  {
    name: "a limit above physical memory",
    files: containerV2({ max: 64 * GiB }),
    bytes: 16 * GiB,
    source: "physical memory",
  },
  {
    name: "garbage instead of numbers",
    files: {
      ...containerV2({}),
      "/sys/fs/cgroup/memory.max": "-1\n",
      "/sys/fs/cgroup/memory.high": "",
      "/proc/self/limits": "nonsense",
    },
    facts: { env: { SLURM_MEM_PER_NODE: "lots", SLURM_MEM_PER_CPU: "-4" } },
    bytes: 16 * GiB,
    source: "physical memory",
  },
  {
    name: "Slurm, MiB per node",
    files: noFiles,
    facts: { env: { SLURM_MEM_PER_NODE: "4096" } },
    bytes: 4 * GiB,
    source: "SLURM_MEM_PER_NODE",
  },
  {
    name: "Slurm, all of the node (0)",
    files: noFiles,
    facts: { env: { SLURM_MEM_PER_NODE: "0" } },
    bytes: 16 * GiB,
    source: "physical memory",
  },
  {
    name: "Slurm, a unit behind the number",
    files: noFiles,
    facts: { env: { SLURM_MEM_PER_NODE: "3G" } },
    bytes: 3 * GiB,
    source: "SLURM_MEM_PER_NODE",
  },
  {
    name: "Slurm, MiB per processor times processors",
    files: noFiles,
    facts: { env: { SLURM_MEM_PER_CPU: "2000", SLURM_CPUS_ON_NODE: "3", SLURM_CPUS_PER_TASK: "1" } },
    bytes: 6000 * MiB,
    source: "SLURM_MEM_PER_CPU x SLURM_CPUS_ON_NODE",
  },
  {
    name: "Slurm, a lower limit of the cgroup wins",
    files: slurmV2(2 * GiB),
    facts: { env: { SLURM_MEM_PER_NODE: "4096" } },
    bytes: 2 * GiB,
    source: "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_42/memory.max",
  },
  {
    name: "ulimit -v",
    files: { "/proc/self/limits": limits({ address: 8 * GiB }) },
    bytes: 8 * GiB,
    source: "RLIMIT_AS (ulimit)",
  },
  {
    name: "ulimit -m below ulimit -d",
    files: { "/proc/self/limits": limits({ data: 4 * GiB, resident: 3 * GiB }) },
    bytes: 3 * GiB,
    source: "RLIMIT_RSS (ulimit)",
  },
  {
    name: "unlimited ulimits; the stack's is none of memory's",
    files: { "/proc/self/limits": limits() },
    bytes: 16 * GiB,
    source: "physical memory",
  },
];

describe("detectMemoryLimit", () => {
  it.each(cases)("$name", ({ files, facts, bytes, source }) => {
    expect(detectMemoryLimit(machine(files, facts))).toMatchObject({ bytes, source });
  });

  it("lists what it considered, the least first", () => {
    const host = machine(
      { ...slurmV2(2 * GiB), "/proc/self/limits": limits({ address: 8 * GiB }) },
      { env: { SLURM_MEM_PER_NODE: "4096" } },
    );
    expect(detectMemoryLimit(host).considered.map(({ bytes }) => bytes / GiB)).toEqual([2, 4, 8, 16]);
  });

  it("is positive and within physical memory on the machine of this test", () => {
    const { bytes, source } = detectMemoryLimit();
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(totalmem());
    expect(source).not.toBe("");
  });
});
