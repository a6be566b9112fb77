import type { MemoryVote, MemoryVoter } from "@quadrat/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultThresholds, explainAdaptations, pressureSeries, runPressure } from "../../src/index.js";

const always =
  (vote: MemoryVote): MemoryVoter =>
  () =>
    vote;

/** What was changed, each with its level. */
async function changes(ratios: readonly number[], voters: Record<string, MemoryVoter>): Promise<string[]> {
  const { adaptations } = await runPressure(ratios, { voters, monitor: { intervalMs: 1000 } });
  return adaptations.map(({ level, action }) => `${level}: ${action}`);
}

const shrunk = "batch 8000 -> 4000 rows, window 2048 -> 1024 pixels";

describe("a vote on the response to memory", () => {
  it("keeps the sizes at a warning, but only until the next step", async () => {
    expect(await changes([0.85, 0.85, 0.85, 0.85], { cache: always("keep") })).toEqual([
      "warning: keep the sizes, voted for by cache",
      `warning: ${shrunk}`,
    ]);
    expect(await changes([0.85, 0.75, 0.75, 0.75], { cache: always("keep") })).toEqual([
      "warning: keep the sizes, voted for by cache",
    ]);
  });

  it("switches to streaming at a warning", async () => {
    expect(await changes([0.85], { table: always("stream"), cache: always("keep") })).toEqual([
      `warning: ${shrunk}`,
      "warning: switch to streaming, voted for by table",
    ]);
  });

  it.each<[MemoryVote | undefined, MemoryVote | undefined, string]>([
    ["shrink", "keep", shrunk],
    ["keep", undefined, "keep the sizes, voted for by a"],
    [undefined, undefined, shrunk],
    ["keep", "keep", "keep the sizes, voted for by a, b"],
  ])("goes by the strongest: %s and %s", async (a, b, action) => {
    expect(await changes([0.85], { a: () => a, b: () => b })).toEqual([`warning: ${action}`]);
  });

  it("is not taken when memory is critical", async () => {
    const asked: string[] = [];
    const voters = {
      a: ({ level }: { level: string }) => {
        asked.push(level);
        return "keep" as const;
      },
    };
    expect(await changes([0.95], voters)).toEqual([
      "warning: keep the sizes, voted for by a",
      `critical: ${shrunk}`,
      "critical: switch to streaming",
    ]);
    expect(asked).toEqual(["warning"]);
  });

  it("puts growing off for as long as it is voted for, told once", async () => {
    let votes = 0;
    const patient: MemoryVoter = ({ level }) => (level === "recovered" && ++votes <= 2 ? "keep" : undefined);
    const ratios = [0.85, 0.5, 0.5, 0.5, 0.5, 0.5];
    expect(await changes(ratios, { patient })).toEqual([
      `warning: ${shrunk}`,
      "recovered: keep the sizes, voted for by patient",
      "recovered: batch 4000 -> 5000 rows, window 1024 -> 1280 pixels",
    ]);
  });

  it("of one that throws, or votes for what there is not, is named and does not count", async () => {
    const voters = {
      broken: (): never => {
        throw new Error("no idea");
      },
      wrong: () => "grow" as MemoryVote,
    };
    const { adaptations, failures } = await runPressure([0.85], { voters });
    expect(adaptations.map(({ action }) => action)).toEqual([shrunk]);
    expect(failures.map(({ error }) => error.message)).toEqual([
      'the vote of "broken" on memory (warning) failed: no idea',
      'the vote of "wrong" on memory (warning) failed: it voted for grow; allowed: stream, shrink, keep',
    ]);
  });

  it("is explained by the thresholds whatever is voted, under any pressure", async () => {
    const vote = fc.constantFrom<MemoryVote | undefined>("keep", "shrink", "stream", undefined);
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(vote, { minLength: 1, maxLength: 20 }), async (seed, votes) => {
        let asked = 0;
        const voter: MemoryVoter = () => votes[asked++ % votes.length];
        const { adaptations, readings, sizer } = await runPressure(pressureSeries(seed), {
          voters: { voter },
        });
        explainAdaptations(adaptations, readings, defaultThresholds, {
          start: { batchRows: 8000, windowSize: 2048, streaming: false },
        });
        expect(sizer.batchRows).toBeGreaterThanOrEqual(100);
      }),
      { numRuns: 100 },
    );
  });
});
