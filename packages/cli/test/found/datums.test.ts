import { join } from "node:path";
import { describe, it } from "vitest";
import { agreeWith, missing, runFolder, withFound } from "./support.js";

// The expected rows of r06 are 22 within bounds that hold 22.5 of its resolution of 2.
const rows = ["--set", `grid.resolution=[2, ${45 / 22}]`];

describe.skipIf(missing)("coordinate systems that people have", () => {
  it.each<[string, string[]?]>([
    ["r05-cordex-rotated-beyond-180"],
    ["r06-rotated-pole-written-by-gdal", rows],
    ["r06c-rotated-pole-string-without-to-meter"],
    ["r13e-user-projection-on-known-datum"],
  ])("%s", async (name, args) => {
    await withFound(name, async (folder) => {
      await agreeWith(await runFolder(folder, args), join(folder, "expected.csv"), ["near"], 0);
    });
  });
});
