import { join } from "node:path";
import { describe, it } from "vitest";
import { agreeWith, missing, runFolder, withFound } from "./support.js";

/** The peers cut pixels into parts that PROJ places by their middles: 30 x 30 of a pixel for UTM, 20 x 20 for the other. */
const partsTolerance = 2e-3;

describe.skipIf(missing)("a raster of a small area onto the whole globe (../shared/data/found)", () => {
  it("r03: UTM has no second image 90 degrees away", async () => {
    await withFound("r03-utm-onto-whole-world", async (folder) => {
      const report = await runFolder(folder);
      const expected = join(folder, "expected.csv");
      await agreeWith(report, expected, ["near"], 0);
      await agreeWith(report, expected, ["average", "total"], (value) => partsTolerance * Math.abs(value));
    });
  });

  it("r03b: the oblique stereographic projection has none at the antipode", async () => {
    await withFound("r03b-oblique-stereographic-onto-whole-world", async (folder) => {
      const report = await runFolder(folder);
      const expected = join(folder, "expected.csv");
      await agreeWith(report, expected, ["average", "total"], (value) => partsTolerance * Math.abs(value));
    });
  });
});
