import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, openPage, without } from "./browser.js";
import { makeModel } from "./model.js";
import { succeed } from "./study.js";

/*
 * Parts of a page beside pictures of them that were looked at: fixtures/report. They are compared when both are small, so that fonts do not
 * matter. QUADRAT_TAKE_PICTURES=1 takes them anew: look at them before you commit them.
 */
const kept = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/report/${name}.png`, import.meta.url));
const takes = process.env["QUADRAT_TAKE_PICTURES"] === "1";

/** Edge of the pictures as they are kept and compared. */
const size = 96;
/** Of 255, in the mean of all pixels; a map in another colour or place differs by tens. */
const most = 6;

/** A small picture of a picture, as PNG. */
function shrunk(tab: Page, picture: Buffer): Promise<string> {
  return tab.evaluate<string>(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${picture.toString("base64")}";
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = ${size};
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, ${size}, ${size});
    return canvas.toDataURL("image/png").split(",")[1];
  })()`);
}

/** By how much two pictures of the same size differ: 0 to 255. */
function difference(tab: Page, one: string, other: string): Promise<number> {
  return tab.evaluate<number>(`(async () => {
    const [first, second] = await Promise.all(["${one}", "${other}"].map(async (data) => {
      const image = new Image();
      image.src = "data:image/png;base64," + data;
      await image.decode();
      const context = new OffscreenCanvas(${size}, ${size}).getContext("2d");
      context.drawImage(image, 0, 0);
      return context.getImageData(0, 0, ${size}, ${size}).data;
    }));
    return first.reduce((sum, part, at) => sum + Math.abs(part - second[at]), 0) / ${3 * size * size};
  })()`);
}

const parts: Readonly<Record<string, string>> = {
  "a map of numbers": 'figure[data-name="warm"] .map',
  "a map of names": 'figure[data-name="zone"] .map',
  "a map with NULL": 'figure[data-name="parks"] .map',
  histogram: '[data-histogram="0"] svg',
  "a chart of classes": '[data-histogram="2"] svg',
  correlations: "#correlations ~ .matrix table",
  "records and background": "#points ~ .maps figure:nth-child(1) .map",
  folds: "#points ~ .maps figure:nth-child(2) .map",
};

describe.skipIf(without !== "")(`pictures of a report${without}`, () => {
  let folder: string;
  let browser: Browser;
  let blank: Page;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "quadrat-report-"));
    await makeModel(folder);
    await succeed("run", "--config", join(folder, "config.yml"), "--quiet");
    browser = await launch();
    blank = await browser.newPage();
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(["light", "dark"] as const)("look as they did, %s", async (colorScheme) => {
    const { page } = await openPage(browser, join(folder, "out", "report.html"), { colorScheme });
    const found: Record<string, boolean> = {};
    for (const [name, selector] of Object.entries(parts)) {
      const part = page.locator(selector).first();
      await part.scrollIntoViewIfNeeded();
      const picture = await shrunk(blank, await part.screenshot({ animations: "disabled" }));
      const file = kept(`${name.replaceAll(" ", "-")}-${colorScheme}`);
      if (takes) await writeFile(file, Buffer.from(picture, "base64"));
      const before = (await readFile(file)).toString("base64");
      found[name] = (await difference(blank, picture, before)) <= most;
    }
    expect(found).toEqual(Object.fromEntries(Object.keys(parts).map((name) => [name, true])));
    await page.close();
  });

  it("differ if a map is that of another column", async () => {
    const [warm, names] = await Promise.all(
      ["a-map-of-numbers-light", "a-map-of-names-light"].map((name) => readFile(kept(name), "base64")),
    );
    expect(await difference(blank, warm!, names!)).toBeGreaterThan(4 * most);
  });
});
