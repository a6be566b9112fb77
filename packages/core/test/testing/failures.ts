import type { Check } from "../../src/testing/index.js";

/** What fails, and why. */
export async function failures(checks: readonly Check[]): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, run } of checks) {
    await run().catch((error: unknown) => failed.push(`${name}: ${(error as Error).message}`));
  }
  return failed;
}
