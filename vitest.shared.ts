import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { availableParallelism } from "node:os";
import type { ViteUserConfig } from "vitest/config";

/** What tests run is not to be learned from. */
const cache = join(tmpdir(), `quadrat-tests-${process.pid}`);
process.on("exit", () => rmSync(cache, { recursive: true, force: true }));

const conditions = ["@quadrat/source", "node", "import"];

/** One configuration for every package: tests run from source, workers from `dist`. */
export const shared: ViteUserConfig = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    pool: "forks",
    // Vitest leaves one of two processors idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    env: { QUADRAT_CACHE_DIR: cache },
  },
};
