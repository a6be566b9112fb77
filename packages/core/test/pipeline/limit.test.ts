import { describe, expect, it } from "vitest";
import { beyondLimit, overrun, refuseHopelessLimit, unkeepable } from "../../src/pipeline/limit.js";
import { study } from "../support/study.js";

const context = (memory: object, limitBytes: number, limitNote?: string) => ({
  config: study(memory),
  memory: { limitBytes, limitNote },
});
const scripted = { backend: { use: "scripted", ratios: [0.95] } };

describe("beyondLimit", () => {
  const hint = (memory: object, limitNote?: string) =>
    beyondLimit(950e6, 1000e6, context(memory, 1000e6, limitNote)).hint;

  it("says which limit would give no warning", () => {
    expect(hint({})).toContain("set memory.limit to 1188 MB or more");
    const cautious = { warning_threshold: 0.5, critical_threshold: 0.6, recovery_threshold: 0.4 };
    expect(hint(cautious)).toContain("set memory.limit to 1900 MB or more");
  });

  it("says who else must grant it, and where no limit may help", () => {
    expect(hint({}, "SLURM grants 200 MB")).toContain(
      "1188 MB or more, and request as much memory (SLURM grants 200 MB)",
    );
    expect(hint(scripted)).toContain("memory.backend scripted, which reports");
  });

  it("asks for no less than the program itself takes", () => {
    const [, megabytes] = /limit to (\d+) MB/.exec(beyondLimit(50e6, 40e6, context({}, 40e6)).hint!)!;
    expect(Number(megabytes)).toBeGreaterThan(200);
  });
});

describe("a limit below what the program takes", () => {
  it("is refused before any work, unless the backend tells shares of it", () => {
    expect(() => refuseHopelessLimit(context({}, 40e6), 95e6)).toThrow(/95 MB of the limit of 40 MB/);
    expect(() => refuseHopelessLimit(context({}, 400e6), 95e6)).not.toThrow();
    expect(() => refuseHopelessLimit(context(scripted, 40e6), 95e6)).not.toThrow();
  });

  it("is told of by a plan", () => {
    expect(unkeepable(105e6, context({}, 10e6))).toMatch(/need 105 MB, more than the limit of 10 MB: set/);
    expect(unkeepable(105e6, context({}, 200e6))).toBeUndefined();
  });
});

describe("a run that is over before it could be stopped", () => {
  it("warns of a limit that was not kept", () => {
    expect(overrun(172e6, context({}, 130e6))).toMatch(
      /peak was 172 MB, the limit is 130 MB.*set memory.limit/s,
    );
    expect(overrun(130e6, context({}, 130e6))).toBeUndefined();
    expect(overrun(172e6, context(scripted, 130e6))).toBeUndefined();
  });
});
