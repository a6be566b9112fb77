import { describe, expect, it } from "vitest";
import {
  autoBackend,
  cgroupBackend,
  pressureRatio,
  processBackend,
  psiBackend,
  scriptedBackend,
  type Host,
} from "../../src/index.js";
import {
  containerV1,
  containerV2,
  desktopV2,
  GiB,
  hybrid,
  machine,
  MiB,
  pressure,
  slurmV1,
  slurmV2,
  v2Level,
  type Files,
} from "../support/machines.js";

describe("process backend", () => {
  it("is the resident set against the given limit, or what the process may use", () => {
    const host = machine(containerV2({ max: GiB }), { rss: 256 * MiB });
    expect(processBackend({}, host).sample()).toMatchObject({ used: 256 * MiB, limit: GiB });
    expect(processBackend({ limit: 512 * MiB }, host).sample()).toMatchObject({ limit: 512 * MiB });
  });
});

describe("cgroup backend", () => {
  it("leaves the inactive file pages out, v2 and v1", () => {
    const level = { inactiveFile: 120 * MiB };
    const v2 = machine(containerV2({ ...level, max: GiB, current: 400 * MiB }));
    expect(cgroupBackend({}, v2).sample()).toMatchObject({ used: 280 * MiB, limit: GiB });
    const v1 = machine(containerV1({ ...level, limit: GiB, usage: 400 * MiB }));
    expect(cgroupBackend({}, v1).sample()).toMatchObject({ used: 280 * MiB, limit: GiB });
  });

  it.each([
    ["v1", slurmV1(4 * GiB), "/sys/fs/cgroup/memory/slurm/uid_1000/job_42"],
    ["v2", slurmV2(4 * GiB), "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_42"],
  ])("takes the tightest ancestor, %s", (_, files, directory) => {
    const sample = cgroupBackend({}, machine(files)).sample();
    expect(sample).toMatchObject({ used: 3 * GiB, limit: 4 * GiB });
    expect(sample.source).toContain(`cgroup ${directory}, `);
  });

  it("holds its own cgroup, but no ancestor, to the given limit", () => {
    const sample = cgroupBackend({ limit: 512 * MiB }, machine(desktopV2())).sample();
    expect(sample).toMatchObject({ used: 400 * MiB, limit: 512 * MiB });
  });

  it("measures against physical memory where there is no limit", () => {
    expect(cgroupBackend({}, machine(hybrid())).sample()).toMatchObject({
      used: 300 * MiB,
      limit: 16 * GiB,
    });
  });

  it("reads limit and usage anew, and finds the process in another cgroup", () => {
    let files: Files = containerV2({ max: GiB });
    const host: Host = { ...machine({}), readText: (path) => files[path] };
    const backend = cgroupBackend({}, host);
    expect(backend.sample()).toMatchObject({ used: 300 * MiB, limit: GiB });
    files = containerV2({ max: 2 * GiB, current: 500 * MiB });
    expect(backend.sample()).toMatchObject({ used: 500 * MiB, limit: 2 * GiB });
    files = slurmV2(4 * GiB);
    expect(backend.sample()).toMatchObject({ used: 3 * GiB, limit: 4 * GiB });
    files = {};
    expect(() => backend.sample()).toThrow(/cgroup can't be read/);
  });

  it("is refused where there is none, with what to set instead", () => {
    expect(() => cgroupBackend({}, machine({}))).toThrow(
      expect.objectContaining({ kind: "usage", hint: "set `memory.backend` to process or auto" }),
    );
  });
});

describe("psi backend", () => {
  it.each([
    [0, 0],
    [2.5, 0.35],
    [5, 0.7],
    [10, 0.8],
    [15, 0.85],
    [20, 0.9],
    [40, 0.95],
    [60, 1],
    [100, 1],
  ])("makes %d %% of %d", (percent, ratio) => {
    expect(pressureRatio(percent)).toBeCloseTo(ratio, 12);
  });

  it("holds the outer ratios beyond the given corners", () => {
    const points = [
      [10, 0.5],
      [20, 0.9],
    ] as const;
    expect([0, 10, 15, 20, 90].map((percent) => pressureRatio(percent, points))).toEqual([
      0.5, 0.5, 0.7, 0.9, 0.9,
    ]);
  });

  it("prefers the cgroup's pressure to the machine's", () => {
    const files = { ...containerV2({ max: GiB }), "/proc/pressure/memory": pressure(0) };
    const own = { ...files, "/sys/fs/cgroup/memory.pressure": pressure(12) };
    expect(psiBackend({}, machine(own)).sample().used / GiB).toBeCloseTo(0.82, 12);
    const sample = psiBackend({}, machine(files)).sample();
    expect(sample).toEqual({ used: 0, limit: GiB, source: "pressure in /proc/pressure/memory" });
  });

  it("reads the file that it is given", () => {
    const host = machine({ "/elsewhere": pressure(60) });
    expect(psiBackend({ path: "/elsewhere", limit: 100 }, host).sample().used).toBe(100);
  });

  it("is refused where the kernel offers none", () => {
    expect(() => psiBackend({}, machine({}))).toThrow(/memory pressure can't be read/);
    expect(() => psiBackend({ path: "/x" }, machine({ "/x": "nonsense" }))).toThrow(/read from \/x/);
  });
});

describe("scripted backend", () => {
  const used = (backend: ReturnType<typeof scriptedBackend>, count: number): number[] =>
    Array.from({ length: count }, () => backend.sample().used);

  it("gives ratios of the limit, and the last one for good", () => {
    expect(used(scriptedBackend({ ratios: [0.5, 0.25], limit: 1000 }), 4)).toEqual([500, 250, 250, 250]);
  });

  it("gives bytes, and starts again", () => {
    expect(used(scriptedBackend({ bytes: [5, 7], limit: 10, repeat: true }), 5)).toEqual([5, 7, 5, 7, 5]);
  });

  it.each([{}, { ratios: [1], bytes: [1] }, { ratios: [] }, { ratios: [-1] }, { bytes: [NaN] }])(
    "refuses %o",
    (options) => {
      expect(() => scriptedBackend(options)).toThrow();
    },
  );
});

describe("auto backend", () => {
  const tightest = (files: Files, rss: number, limit?: number) => {
    const backend = autoBackend(limit === undefined ? {} : { limit }, machine(files, { rss }));
    return { members: backend.members, ...backend.sample() };
  };

  it("is the process alone where there is nothing else", () => {
    expect(tightest({}, GiB)).toEqual({
      members: ["process"],
      used: GiB,
      limit: 16 * GiB,
      source: "resident set",
    });
  });

  it("takes whichever is tightest", () => {
    const files = (current: number, stalled: number): Files => ({
      ...containerV2({ max: GiB, current }),
      "/sys/fs/cgroup/memory.pressure": pressure(stalled),
    });
    const limit = 800 * MiB;
    expect(tightest(files(500 * MiB, 0), 480 * MiB, limit)).toMatchObject({
      members: ["process", "cgroup", "psi"],
      used: 480 * MiB,
      limit,
    });
    expect(tightest(files(900 * MiB, 0), 480 * MiB, limit)).toMatchObject({ used: 900 * MiB, limit: GiB });
    expect(tightest(files(500 * MiB, 20), 480 * MiB, limit)).toMatchObject({ used: 0.9 * limit, limit });
  });

  it("does not hold a cgroup without a limit, with other programs in it, to the limit of the run", () => {
    expect(tightest(desktopV2(), 100 * MiB, 300 * MiB)).toMatchObject({
      members: ["process", "cgroup"],
      source: "resident set",
    });
  });

  it("goes on without a part that disappears", () => {
    let files: Files = {
      ...v2Level("/sys/fs/cgroup", { max: GiB, current: 900 * MiB }),
      ...containerV2({ max: GiB, current: 900 * MiB }),
      "/proc/pressure/memory": pressure(60),
    };
    const host: Host = { ...machine({}, { rss: 100 * MiB }), readText: (path) => files[path] };
    const backend = autoBackend({ limit: 500 * MiB }, host);
    expect(backend.sample().source).toContain("pressure");
    files = {};
    expect(backend.sample()).toMatchObject({ used: 100 * MiB, source: "resident set" });
  });
});
