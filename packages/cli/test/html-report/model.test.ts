import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCsv, type Row } from "../e2e/support/quadrat.js";
import { launch, openPage, seriousFaults, without } from "./browser.js";
import { grid, makeModel, zones } from "./model.js";
import { pageDataOf, succeed } from "./study.js";

let folder: string;
let page: string;
let points: Row[];

/** The text of a section as it is read. */
async function textOf(section: string): Promise<string> {
  const text = await readFile(page, "utf8");
  const found = new RegExp(`<section aria-labelledby="${section}">[^]*?</section>`).exec(text)![0];
  return found.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-report-"));
  await makeModel(folder);
  await succeed("run", "--config", join(folder, "config.yml"), "--quiet");
  page = join(folder, "out", "report.html");
  points = await readCsv(join(folder, "out", "points.csv"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const present = (rows: readonly Row[]): Row[] => rows.filter(({ presence }) => presence === "1");

describe("the report of a model's data", () => {
  it("has the names of zones as classes", async () => {
    const data = await pageDataOf(page);
    const zone = data.columns.find(({ name }) => name === "zone")!;
    const counts = zone.classes!.map(([number, count]) => [zone.names![number], count]);
    const expected = zones.map(([name, west, east]) => [name, (east - west) * grid.height] as const);
    expect(new Map(counts as [string, number][])).toEqual(new Map(expected));
    expect(zone.nulls["no record"]).toBe(grid.height);
    expect(await textOf("distributions")).toContain("20 no polygon");
    expect(await textOf("maps")).toContain("27.6 %");
  });

  it("counts polygons: repaired, outside, and those that take no cell by their rule", async () => {
    const text = await textOf("polygons");
    // Of four one takes no centre, one lies elsewhere, one is a bow tie.
    expect(text).toMatch(
      /parks 4 2 50\.0 % 1 1 outside the grid 25\.0 % 1 takes no cell 25\.0 % a cell belongs to/,
    );
    expect(text).toMatch(/zone 16 16 100 % 0 none/);
    expect(await textOf("glance")).toContain(
      "2 of 4 polygons of parks (1 outside the grid, 1 takes no cell)",
    );
  });

  it("says that sums have kept their totals", async () => {
    let pixels = 0;
    for (let row = 0; row < 40; row++)
      for (let col = 0; col < 60; col++) pixels += (col + row) % 3 === 0 ? 0.375 : 0.25;
    expect(await textOf("sums")).toContain(`people ${pixels} ${pixels} 0 none`);
    expect(await textOf("glance")).toContain("Sums all keep the totals of their rasters");
  });

  it("counts records, background and folds as points.csv has them", async () => {
    const text = await textOf("points");
    expect(text).toContain(
      `${points.length} rows: ${present(points).length} records of birds and 200 places of background`,
    );
    for (let fold = 1; fold <= 4; fold++) {
      const own = points.filter((row) => row["fold"] === String(fold));
      const records = present(own).length;
      expect(text).toMatch(new RegExp(` ${fold} ${records} [\\d.]+ % ${own.length - records} `));
    }
    expect(text).toContain("Variance inflation");
  });
});

/** The colour of each pixel of a map's image, as `r,g,b,a`. */
function pixelsOf(tab: Page, title: string): Promise<string[]> {
  return tab.evaluate<string[]>(`{
    const titled = (one) => one.querySelector("h3")?.textContent === ${JSON.stringify(title)};
    const image = [...document.querySelectorAll("figure")].find(titled).querySelector("img");
    const { naturalWidth: width, naturalHeight: height } = image;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    Array.from({ length: width * height }, (_, i) => data.slice(4 * i, 4 * i + 4).join(","));
  }`);
}

/** The cell of a row, by its coordinates. */
function cellOf({ x, y }: Row): number {
  return Math.floor(grid.height - Number(y)) * grid.width + Math.floor(Number(x));
}

describe.skipIf(without !== "")(`the report of a model's data in Chromium${without}`, () => {
  let browser: Browser;
  beforeAll(async () => void (browser = await launch()));
  afterAll(() => browser.close());

  it("draws zones in colours of their own, and names the one under the pointer", async () => {
    const { page: tab, complaints } = await openPage(browser, page);
    const pixels = await pixelsOf(tab, "zone");
    const colours = zones.map(([, west]) => pixels[west]!);
    expect(new Set(colours).size).toBe(zones.length);
    for (const [index, [, west, east]] of zones.entries())
      for (let col = west; col < east; col++)
        for (const row of [0, 19]) expect(pixels[row * 30 + col]).toBe(colours[index]);
    const map = tab.locator('figure[data-name="zone"] .map');
    await map.scrollIntoViewIfNeeded();
    const box = (await map.boundingBox())!;
    const readout = tab.locator('figure[data-name="zone"] .readout');
    for (const [col, text] of [
      [3, "3.5, 10.5: The north <west>"],
      [20, "20.5, 10.5: Strip 5"],
      [29, "29.5, 10.5: NULL: no polygon"],
    ] as const) {
      await tab.mouse.move(box.x + ((col + 0.5) / 30) * box.width, box.y + (9.5 / 20) * box.height);
      await expect.poll(() => readout.textContent()).toBe(text);
    }
    const legend = tab.locator('figure[data-name="zone"] .classes').first();
    expect(await legend.locator("li").count()).toBe(12);
    expect(await legend.locator("li").first().innerText()).toBe("The north <west> 27.6 %");
    expect(await tab.locator('figure[data-name="zone"] summary').textContent()).toBe("4 more classes");
    expect(complaints).toEqual([]);
    await tab.close();
  });

  it("draws records over background, and folds by colour, where points.csv has them", async () => {
    const { page: tab, complaints } = await openPage(browser, page);
    const clear = "0,0,0,0";
    const dots = await pixelsOf(tab, "Records and background");
    const [record, place] = ["213,94,0,255", "120,170,210,255"];
    const recordCells = new Set(present(points).map(cellOf));
    const expected = new Array<string>(600).fill(clear);
    for (const row of points) expected[cellOf(row)] = recordCells.has(cellOf(row)) ? record : place;
    expect(dots).toEqual(expected);
    const folds = await pixelsOf(tab, "Folds");
    const colours = new Map<string, Set<string>>();
    for (const row of points) {
      const seen = colours.get(row["fold"]!) ?? new Set();
      colours.set(row["fold"]!, seen.add(folds[cellOf(row)]!));
    }
    // Blocks are larger than cells, so that all rows of a cell are in the same fold, but for those on edges of blocks.
    const main = [...colours.values()].map((seen) => [...seen][0]);
    expect(new Set(main).size).toBe(4);
    expect(folds.filter((colour) => colour !== clear)).toHaveLength(new Set(points.map(cellOf)).size);
    expect(complaints).toEqual([]);
    await tab.close();
  });

  it.each(["light", "dark"] as const)("has nothing that axe finds serious, %s", async (colorScheme) => {
    const { page: tab } = await openPage(browser, page, { colorScheme, bypassCSP: true });
    expect(await seriousFaults(tab)).toEqual([]);
    await tab.close();
  });
});
