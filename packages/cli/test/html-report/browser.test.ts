import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { byPlace, readCsv, type Row } from "../e2e/support/quadrat.js";
import { launch, openPage, seriousFaults, without } from "./browser.js";
import { height, makeStudy, succeed, width } from "./study.js";

let folder: string;
let browser: Browser;
let rows: ReadonlyMap<string, Row>;
let complaints: readonly string[];

async function open(options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
  const opened = await openPage(browser, join(folder, "out", "report.html"), options);
  complaints = opened.complaints;
  return opened.page;
}

describe.skipIf(without !== "")(`a report in Chromium${without}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "quadrat-report-"));
    await makeStudy(folder);
    await succeed("run", "--config", join(folder, "config.yml"), "--quiet");
    rows = byPlace(await readCsv(join(folder, "out", "merged.csv")));
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("opens without errors, asks for nothing, and draws its charts", async () => {
    const page = await open();
    for (const selector of ["[data-histogram]", "[data-stages]", "[data-memory]"]) {
      for (const chart of await page.locator(selector).all()) {
        await chart.scrollIntoViewIfNeeded();
        await chart.locator("> *").first().waitFor({ state: "attached" });
      }
    }
    expect(await page.locator("[data-histogram] svg").count()).toBe(4);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("shows the CSV's value under the pointer, and why there is none", async () => {
    const page = await open();
    const names = ["warm", "wet", "cover", "birds"];
    for (const [index, name] of names.entries()) {
      const map = page.locator(`[data-column="${index}"]`);
      await map.scrollIntoViewIfNeeded();
      const box = (await map.boundingBox())!;
      for (const [col, row] of [
        [0, 0],
        [17, 9],
        [30, 20],
        [58, 38],
        [55, 5],
      ] as const) {
        await page.mouse.move(
          box.x + ((col + 0.5) / width) * box.width,
          box.y + ((row + 0.5) / height) * box.height,
        );
        const [x, y] = [0.25 + col * 0.5, 19.75 - row * 0.5];
        const value = rows.get(`${x.toFixed(6)} ${y.toFixed(6)}`)![name]!;
        const readout = page.locator(`figure[data-name="${name}"] .readout`);
        const expected = value === "" ? `${x}, ${y}: NULL` : `${x}, ${y}: ${value}`;
        await expect
          .poll(() => readout.textContent(), { message: `${name} ${col} ${row}` })
          .toMatch(new RegExp(`^${expected.replaceAll(".", "\\.")}${value === "" ? ": " : "$"}`));
      }
    }
    const wet = page.locator('figure[data-name="wet"] .readout');
    await expect.poll(() => wet.textContent()).toContain("NULL: outside of the raster");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("can be read with the keyboard alone", async () => {
    const page = await open();
    const map = page.locator('[data-column="0"]');
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate("document.activeElement.dataset.column")) === "0") break;
    }
    const readout = page.locator('figure[data-name="warm"] .readout');
    const value = (x: number, y: number): string =>
      `${x}, ${y}: ${rows.get(`${x.toFixed(6)} ${y.toFixed(6)}`)!["warm"]}`;
    await expect.poll(() => readout.textContent()).toBe(value(15.25, 9.75));
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Shift+ArrowUp");
    await expect.poll(() => readout.textContent()).toBe(value(15.75, 14.75));
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    expect(await map.locator(".layers").getAttribute("style")).toContain("scale(4)");
    for (let presses = 0; presses < 60; presses++) await page.keyboard.press("ArrowLeft");
    await expect.poll(() => readout.textContent()).toBe(value(0.25, 14.75));
    // The map has followed the cursor to its left end.
    expect(await map.locator(".layers").getAttribute("style")).toMatch(/translate\((-?0|0)%/);
    await page.keyboard.press("0");
    expect(await map.locator(".layers").getAttribute("style")).toContain("scale(1)");
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each(["light", "dark"] as const)("has nothing that axe finds serious, %s", async (colorScheme) => {
    const page = await open({ colorScheme, bypassCSP: true });
    expect(await seriousFaults(page)).toEqual([]);
    await page.close();
  });

  it("has maps and all facts without JavaScript", async () => {
    const page = await open({ javaScriptEnabled: false });
    for (const image of await page.locator(".map img").all()) {
      expect(await image.getAttribute("alt")).toMatch(
        /^Map of .+, (from .+ at .+ to .+|8 classes, the commonest .+);/,
      );
      expect((await image.boundingBox())!.width).toBeGreaterThan(200);
    }
    expect(await page.locator(".map img").count()).toBe(4);
    for (const text of ["Variance inflation", "Stages", "Bins", "Configuration", "For a methods section"])
      expect(await page.getByText(text).first().isVisible(), text).toBe(true);
    expect(await page.getByRole("button", { name: "Copy" }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("fits a narrow window and prints", async () => {
    const page = await open({ viewport: { width: 360, height: 700 } });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(20_000);
    // Printing draws what has not been near the window.
    expect(await page.locator("[data-histogram] svg").count()).toBe(4);
    await page.close();
  });
});
