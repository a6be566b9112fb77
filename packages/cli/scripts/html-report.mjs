/* Makes what the page of `quadrat report` has in it besides its contents: its script, with the libraries it uses, and its style. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { notices } from "./licences.mjs";

const own = fileURLToPath(new URL("..", import.meta.url));
const source = join(own, "src/html-report/browser");
const target = join(own, "dist/html-report/browser");

const bundle = await rolldown({ input: join(source, "main.ts"), platform: "browser", tsconfig: false });
await bundle.write({
  file: join(target, "page.js"),
  format: "iife",
  minify: true,
  // Every page is a copy of the libraries, and their licences want to be in each.
  postBanner: ({ moduleIds }) => `/*\n${notices(moduleIds).replaceAll("*/", "* /")}\n*/`,
});
await bundle.close();
copyFileSync(join(source, "page.css"), join(target, "page.css"));
