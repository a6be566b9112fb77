import type { ViteUserConfig } from "vitest/config";

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
  },
};
