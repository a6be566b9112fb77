import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";

const root = fileURLToPath(new URL("../..", import.meta.url));
const rule = "@nx/enforce-module-boundaries";

/** What each package may import; everything else between packages is forbidden. */
const allowed = {
  kernels: [],
  core: [],
  crs: ["core", "kernels"],
  geotiff: ["core", "kernels"],
  multidim: ["core", "kernels", "crs", "geotiff"],
  monitor: ["core"],
  processors: ["core", "kernels", "crs", "geotiff", "multidim"],
  exporters: ["core", "kernels", "crs", "geotiff"],
  cli: ["core", "crs", "geotiff", "monitor", "processors", "exporters"],
};
const packages = Object.keys(allowed);

describe("imports between packages", () => {
  let eslint;

  before(() => {
    // The rule says nothing at all until Nx has written down the graph of projects.
    execFileSync("node_modules/.bin/nx", ["show", "projects"], { cwd: root, env: env() });
    eslint = new ESLint({ cwd: root });
  });

  for (const from of packages) {
    const others = packages.filter((name) => name !== from);
    it(`${from} may import ${allowed[from].join(", ") || "none"} and no other`, async () => {
      const text = others.map((name) => `import "@quadrat/${name}";\n`).join("");
      const refused = (await complaintsAbout(from, text)).map(({ line }) => others[line - 1]);
      assert.deepEqual(
        refused,
        others.filter((name) => !allowed[from].includes(name)),
      );
    });
  }

  it("a way around through a relative path is forbidden too", async () => {
    const complaints = await complaintsAbout("monitor", `import "../../exporters/src/index.js";\n`);
    assert.equal(complaints.length, 1);
  });

  it("formats import core's base alone", async () => {
    for (const [name, count] of [
      ["@quadrat/core", 1],
      ["@quadrat/core/host", 1],
      ["@quadrat/core/base", 0],
    ]) {
      const text = `import { Grid } from "${name}";\nexport const made = Grid;\n`;
      const [result] = await eslint.lintText(text, { filePath: "packages/geotiff/src/index.ts" });
      const refused = result.messages.filter(({ ruleId }) => ruleId === "no-restricted-imports");
      assert.equal(refused.length, count, name);
    }
  });

  it("a default export is forbidden", async () => {
    const [result] = await eslint.lintText("export default 1;\n", { filePath: "packages/core/src/index.ts" });
    assert.deepEqual(
      result.messages.map((message) => message.ruleId),
      ["no-restricted-syntax"],
    );
  });

  async function complaintsAbout(from, text) {
    const [result] = await eslint.lintText(text, { filePath: `packages/${from}/src/index.ts` });
    return result.messages.filter((message) => message.ruleId === rule);
  }
});

function env() {
  return { ...process.env, NX_DAEMON: "false" };
}
