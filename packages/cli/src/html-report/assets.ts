import { readFile } from "node:fs/promises";
import { QuadratError } from "@quadrat/core";

/** The script or style of a page, which `npm run build` puts beside the compiled modules. */
export async function readAsset(name: "page.js" | "page.css" | "watch.js"): Promise<string> {
  const url = new URL(`../../dist/html-report/browser/${name}`, import.meta.url);
  try {
    return await readFile(url, "utf8");
  } catch (cause) {
    throw new QuadratError("internal", `the page's ${name} has not been built`, {
      cause,
      hint: "run `npm run build` at the top of the repository",
    });
  }
}
