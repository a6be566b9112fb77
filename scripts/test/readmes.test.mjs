import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../../packages", import.meta.url));

/** Their own tests compare what the examples print. */
const testedElsewhere = ["crs", "geotiff", "multidim"];

describe("the README of each package", () => {
  for (const name of readdirSync(packages)) {
    it(`${name} is named, and its example runs as it is`, () => {
      const text = readFileSync(join(packages, name, "README.md"), "utf8");
      assert.match(text, new RegExp(`^# @quadrat/${name}\n`));
      const example = /```js\n(.*?)```/s.exec(text)?.[1];
      if (example === undefined || testedElsewhere.includes(name)) return;
      const cwd = join(packages, name);
      execFileSync(process.execPath, ["--input-type=module", "--eval", example], { cwd });
    });
  }
});
