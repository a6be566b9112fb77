import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cgroupBackend, detectMemoryLimit, thisHost, type Host } from "../../src/index.js";
import { cgroupMounts } from "../../src/limit/mounts.js";
import { MiB } from "../support/machines.js";

const root = memoryRoot();
const name = `quadrat-test-${process.pid}`;
const outer = `${root?.mountPoint}/${name}`;
const inner = `${outer}/inner`;
const writable = root !== undefined && canMakeCgroups();

/** The real kernel, seen from a process in a cgroup whose parent holds the limit. */
describe.skipIf(!writable)(
  "a real cgroup with the limit on its parent (needs a writable /sys/fs/cgroup)",
  () => {
    const limit = 300 * MiB;
    const held = 100 * MiB;
    let child: ChildProcess;
    let host: Host;

    beforeAll(async () => {
      mkdirSync(outer);
      if (root!.version === 2) writeFileSync(`${outer}/cgroup.subtree_control`, "+memory");
      mkdirSync(inner);
      writeFileSync(
        `${outer}/${root!.version === 2 ? "memory.max" : "memory.limit_in_bytes"}`,
        String(limit),
      );
      const script = `process.stdin.once("data", () => { globalThis.held = Buffer.alloc(${held}, 1); console.log("held"); });
      process.stdin.once("end", () => process.exit())`;
      child = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
      writeFileSync(`${inner}/cgroup.procs`, String(child.pid));
      child.stdin!.write("go\n");
      await once(child.stdout!, "data");
      host = {
        ...thisHost,
        readText: (path) => thisHost.readText(path.replace("/proc/self/", `/proc/${child.pid}/`)),
        constrainedMemory: () => undefined,
        env: {},
      };
    });

    afterAll(async () => {
      const gone = once(child, "exit");
      child.stdin!.end();
      await gone;
      rmdirSync(inner);
      rmdirSync(outer);
    });

    it("is found", () => {
      const { bytes, source } = detectMemoryLimit(host);
      expect(bytes).toBe(limit);
      expect(source).toContain(name);
    });

    it("is measured against: all that is charged less the inactive file pages, as the kernel's files say", () => {
      const { used, limit: measured } = cgroupBackend({}, host).sample();
      expect(measured).toBe(limit);
      expect(used).toBeGreaterThan(held);
      expect(used).toBeLessThan(limit);
      const [charge, inactive] =
        root!.version === 2
          ? ["memory.current", "inactive_file"]
          : ["memory.usage_in_bytes", "total_inactive_file"];
      const charged = Number(readFileSync(`${outer}/${charge}`, "utf8"));
      const stat = readFileSync(`${outer}/memory.stat`, "utf8").split("\n");
      const droppable = Number(stat.find((line) => line.startsWith(`${inactive} `))!.split(" ")[1]);
      expect(Math.abs(used - (charged - droppable))).toBeLessThan(8 * MiB);
    });
  },
);

describe.skipIf(!hasMemoryCgroup())("this process's own cgroup (needs /sys/fs/cgroup)", () => {
  it("holds at least the anonymous memory of this process and at most physical memory", () => {
    const { used, limit } = cgroupBackend().sample();
    const anonymous = Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))![1]);
    expect(used).toBeGreaterThan(anonymous * 1024 * 0.8);
    expect(limit).toBeLessThanOrEqual(thisHost.totalMemory());
  });
});

function memoryRoot(): ReturnType<typeof cgroupMounts>[number] | undefined {
  if (!existsSync("/proc/self/mountinfo")) return undefined;
  const mounts = cgroupMounts(readFileSync("/proc/self/mountinfo", "utf8"));
  return mounts.find(
    ({ version, mountPoint }) =>
      version === 1 ||
      (thisHost.readText(`${mountPoint}/cgroup.subtree_control`)?.split(/\s/).includes("memory") ?? false),
  );
}

function canMakeCgroups(): boolean {
  const probe = `${root!.mountPoint}/${name}-probe`;
  try {
    mkdirSync(probe);
    rmdirSync(probe);
    return true;
  } catch {
    return false;
  }
}

function hasMemoryCgroup(): boolean {
  try {
    cgroupBackend().sample();
    return true;
  } catch {
    return false;
  }
}
