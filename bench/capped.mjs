import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { measure } from "./measure.mjs";

/** Memory controllers of control groups, version 2 and 1: where, and what limits the memory of a group. */
const controllers = [
  { root: "/sys/fs/cgroup", files: { "memory.swap.max": 0 }, limit: "memory.max" },
  { root: "/sys/fs/cgroup/memory", files: {}, limit: "memory.limit_in_bytes" },
];

/**
 * Measures a program that is killed if it and what it starts take more memory than this.
 * @returns {Promise<Awaited<ReturnType<typeof measure>> & { killed: boolean }>}
 * @throws where control groups can't be made: that needs root, and a controller of memory
 */
export async function capped(program, args, bytes) {
  const group = openGroup(bytes);
  try {
    const enter = `echo $$ > '${group}/cgroup.procs' && exec "$0" "$@"`;
    const figures = await measure("/bin/sh", ["-c", enter, program, ...args], { allow: [0, 137] });
    return { ...figures, killed: figures.code === 137 };
  } finally {
    rmdirSync(group);
  }
}

function openGroup(bytes) {
  for (const { root, files, limit } of controllers) {
    const group = `${root}/quadrat-bench-${process.pid}`;
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    if (existsSync(`${group}/${limit}`)) {
      writeFileSync(`${group}/${limit}`, String(bytes));
      for (const [name, value] of Object.entries(files))
        if (existsSync(`${group}/${name}`)) writeFileSync(`${group}/${name}`, String(value));
      return group;
    }
    rmdirSync(group);
  }
  throw new Error("no control group that limits memory can be made here: run as root on Linux");
}
