/*
 * Takes the README's pictures, docs/images/report-*.png, of the quickstart's report in output/quickstart, by Chromium (Debian's, or
 * the one that QUADRAT_CHROMIUM names). With --check: compares them loosely with what is there, since fonts and the times of a run differ.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { execFileSync } from "node:child_process";
import { difference } from "./picture/difference.mjs";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { chromium } = createRequire(at("packages/cli/package.json"))("playwright-core");
const executablePath = process.env.QUADRAT_CHROMIUM ?? "/usr/bin/chromium";
/** Of 255, in the mean of all pixels of the pictures when they are small. */
const most = 8;

if (!existsSync(executablePath)) {
  console.log(`skipped: there is no browser at ${executablePath}`);
  process.exit(0);
}
const [report] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const page = report ?? makeReport();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
for (const colorScheme of ["light", "dark"]) {
  const name = `docs/images/report-${colorScheme}.png`;
  const picture = await take(colorScheme);
  if (!process.argv.includes("--check")) {
    writeFileSync(at(name), picture);
    console.log(`${name}: ${picture.length} bytes`);
    continue;
  }
  const found = await difference(browser, picture, readFileSync(at(name)));
  console.log(`${name}: ${found.toFixed(2)} of 255`);
  if (found <= most) continue;
  console.error(`${name} is not the picture of this result; make it again: npm run picture`);
  process.exitCode = 1;
}
await browser.close();

function makeReport() {
  const output = at("output/quickstart/report.html");
  const store = at("output/quickstart/quadrat.duckdb");
  execFileSync(at("packages/cli/bin/quadrat.js"), ["report", "--store", store, "--output", output]);
  return output;
}

/** The maps of the page. */
async function take(colorScheme) {
  const tab = await browser.newPage({ colorScheme, viewport: { width: 1100, height: 800 } });
  await tab.goto(pathToFileURL(page).href);
  const maps = tab.locator("section[aria-labelledby=maps]");
  const picture = await maps.screenshot({ animations: "disabled" });
  await tab.close();
  return picture;
}
