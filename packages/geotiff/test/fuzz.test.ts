import { readFileSync, readdirSync } from "node:fs";
import { isQuadratError } from "@quadrat/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { openGeoTiff } from "../src/index.js";
import { fixture, temporaryFolder } from "./helpers.js";

const folder = temporaryFolder();
const names = readdirSync(fixture("layouts")).filter((name) => name.endsWith(".tif"));
const memoryLimit = 200 * 2 ** 20;

/** Overwritten bytes, most of them in the header, where they do most harm. */
const damage = fc.array(
  fc.record({
    at: fc.oneof({ weight: 3, arbitrary: fc.nat(500) }, { weight: 1, arbitrary: fc.nat(70_000) }),
    value: fc.oneof(fc.constantFrom(0, 1, 127, 128, 255), fc.nat(255)),
  }),
  { minLength: 1, maxLength: 6 },
);

it("a damaged file is read or refused, within bounds", async () => {
  const before = process.memoryUsage.rss();
  let refused = 0;
  const property = fc.asyncProperty(
    fc.constantFrom(...names),
    damage,
    fc.double({ min: 0, max: 1 }),
    async (name, changes, cut) => {
      const bytes = readFileSync(fixture(`layouts/${name}`));
      for (const { at, value } of changes) bytes[at % bytes.length] = value;
      const path = await folder.write(
        "fuzzed.tif",
        cut < 0.1 ? bytes.subarray(0, cut * 10 * bytes.length) : bytes,
      );
      try {
        await readSome(path);
      } catch (error) {
        if (!isQuadratError(error)) throw error;
        refused++;
        expect(error.place.file).toMatch(/fuzzed\.tif/);
        expect(error.message).not.toMatch(/undefined|\[object/);
      }
      expect(process.memoryUsage.rss() - before).toBeLessThan(memoryLimit);
    },
  );
  await fc.assert(property, { numRuns: 1500 });
  expect(refused).toBeGreaterThan(500);
});

/** As much as a resampler would ask for at once. */
async function readSome(path: string): Promise<void> {
  const source = await openGeoTiff({ path, band: 1, scaled: true });
  try {
    const { width, height } = source;
    await source.read({ col: 0, row: 0, width: Math.min(width, 512), height: Math.min(height, 512) });
    await source.read({ col: width - 1, row: height - 1, width: 1, height: 1 });
  } finally {
    await source.close();
  }
}
