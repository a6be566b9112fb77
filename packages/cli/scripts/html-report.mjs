/* Makes what the pages of `quadrat report` and `quadrat watch` have besides their contents: scripts, with the libraries they use, and their style. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { notices } from "./licences.mjs";

const own = fileURLToPath(new URL("..", import.meta.url));
const source = join(own, "src/html-report/browser");
const target = join(own, "dist/html-report/browser");

const scripts = { "main.ts": "page.js", "watch.ts": "watch.js" };
for (const [from, to] of Object.entries(scripts)) {
  const bundle = await rolldown({ input: join(source, from), platform: "browser", tsconfig: false });
  await bundle.write({
    file: join(target, to),
    format: "iife",
    minify: true,
    // Every page is a copy of the libraries, and their licences want to be in each.
    postBanner: ({ moduleIds }) => `/*\n${notices(moduleIds).replaceAll("*/", "* /")}\n*/`,
  });
  await bundle.close();
}
copyFileSync(join(source, "page.css"), join(target, "page.css"));
