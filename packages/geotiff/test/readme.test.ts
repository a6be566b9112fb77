import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { fixture, readWhole } from "./helpers.js";

it("the example of the README reads the first pixels", async () => {
  const path = fixture("layouts/int16_strips.tif");
  const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const example = /```js\n(.*?)```/s.exec(text)![1]!;
  const code = `const path = ${JSON.stringify(path)};\n${example.replace("console.log(data)", "console.log(JSON.stringify([...data]))")}`;
  const told = execFileSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    encoding: "utf8",
  });
  const { width, height, data } = await readWhole(path);
  expect(told).toContain(`${width} x ${height} pixels in `);
  const first = Array.from({ length: 256 }, (_, i) => data[Math.floor(i / 16) * width + (i % 16)]!);
  expect(/^\[.*\]$/m.exec(told)![0]).toBe(JSON.stringify(first));
});
