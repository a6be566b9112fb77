import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { fixture, readWhole } from "./helpers.js";

it("the example of the README reads the first pixels", async () => {
  const path = fixture("layouts/int16_strips.tif");
  const text = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const example = /```js\n(.*?)```/s.exec(text)![1]!;
  const code = example.replace("console.log(data)", "console.log(JSON.stringify([...data]))");
  const told = inFolder((folder) => {
    copyFileSync(path, join(folder, "elevation.tif"));
    return execFileSync(process.execPath, ["--input-type=module", "--eval", code], {
      cwd: folder,
      encoding: "utf8",
    });
  });
  const { width, height, data } = await readWhole(path);
  expect(told).toContain(`${width} x ${height} pixels in `);
  const first = Array.from({ length: 256 }, (_, i) => data[Math.floor(i / 16) * width + (i % 16)]!);
  expect(/^\[.*\]$/m.exec(told)![0]).toBe(JSON.stringify(first));
});

/** Works in a new folder in which `@quadrat/geotiff` is installed. */
function inFolder(work: (folder: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), "quadrat-readme-"));
  try {
    const modules = fileURLToPath(new URL("../../../node_modules", import.meta.url));
    symlinkSync(modules, join(folder, "node_modules"), "junction");
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
