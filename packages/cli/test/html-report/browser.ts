import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";

/** Debian's Chromium, or the one that QUADRAT_CHROMIUM names. */
const executable = process.env["QUADRAT_CHROMIUM"] ?? "/usr/bin/chromium";

/** For the titles of tests; empty if there is a browser. */
export const without = existsSync(executable)
  ? ""
  : `: skipped, because there is no browser at ${executable}`;

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: executable, args: ["--no-sandbox"] });
}

export interface OpenPage {
  readonly page: Page;
  /** Errors, warnings, and requests for anything but the page itself. */
  readonly complaints: readonly string[];
}

export async function openPage(
  browser: Browser,
  file: string,
  options: Parameters<Browser["newPage"]>[0] = {},
): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`a request for ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  return { page, complaints };
}

/** What axe finds serious on a page that was opened with `bypassCSP`. */
export async function seriousFaults(page: Page): Promise<unknown[]> {
  await page.addScriptTag({
    content: await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8"),
  });
  const found = await page.evaluate<{
    violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
  }>("axe.run()");
  const serious = found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return serious.map(({ id, nodes }) => [id, nodes.length, nodes[0]!.target]);
}
