import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("the example of the README gives what PROJ gives", () => {
  const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const example = /```js\n(.*?)```/s.exec(text)![1]!;
  const told = execFileSync(process.execPath, ["--input-type=module", "--eval", example], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
  });
  const numbers = Array.from(told.matchAll(/\d+\.\d+/g), Number).slice(0, 4);
  // A pipeline of PROJ 9.1.1 with the same shift of seven parameters, EPSG:9281.
  const expected = [155000.17089004308, 121819.3657752638, 463000.19030995417, 487013.7627901136];
  for (const [i, value] of expected.entries()) expect(Math.abs(numbers[i]! - value)).toBeLessThan(1e-3);
  expect(told).toContain("Amersfoort");
});
