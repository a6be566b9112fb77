import { defineConfig, mergeConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { shared } from "../../vitest.shared.js";

/** Files that take longest, though they are short: begun last, they would leave a processor idle at the end. */
const longest = ["kill/kill", "shards/slurm", "shards/shards", "found/faults", "shards/faults"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
      return found < 0 ? longest.length : found;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

/** End-to-end tests start many processes. */
const patient = {
  test: { testTimeout: 900_000, hookTimeout: 900_000, sequence: { sequencer: LongestFirst } },
};

export default defineConfig(mergeConfig(shared, patient));
