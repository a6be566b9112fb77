import { createHash } from "node:crypto";
import type { PageContext } from "./context.js";
import { correlations } from "./correlations.js";
import { distributions } from "./distributions.js";
import { glance } from "./glance.js";
import { Html, html, json } from "./html.js";
import { gradient, maps } from "./maps.js";
import { methods } from "./methods.js";
import { pageData } from "./page-data.js";
import { points } from "./points.js";
import { polygons } from "./polygons.js";
import { records } from "./records.js";
import { runSection } from "./run-section.js";
import { sums } from "./sums.js";

/** What is built along with the command. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** The whole page. Nothing in it comes from anywhere else, which its content security policy makes sure of. */
export async function page(context: PageContext, { script, style }: PageAssets): Promise<string> {
  const { run } = context.overview;
  const title = `${run.experiment}: Quadrat report`;
  const found = correlations(context);
  const left = await records(context);
  const shapes = polygons(context);
  const places = points(context);
  const totals = sums(context);
  const links: readonly (readonly [string, string])[] = [
    ["glance", "At a glance"],
    ["maps", "Maps"],
    ["distributions", "Distributions"],
    ...(found ? ([["correlations", "Correlations"]] as const) : []),
    ...(totals ? ([["sums", "Sums"]] as const) : []),
    ...(left ? ([["records", "Records"]] as const) : []),
    ...(shapes ? ([["polygons", "Polygons"]] as const) : []),
    ...(places ? ([["points", "Points"]] as const) : []),
    ["run", "The run"],
    ["methods", "Methods"],
  ];
  const code = script.replaceAll("</script", "<\\/script").trim();
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${createHash("sha256").update(code).digest("base64")}'`;
  return html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="Quadrat ${run.version}" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${element(
          "style",
          `:root{--scale:${gradient()}}
${style}`,
        )}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <p class="brand">Quadrat report</p>
          <h1>${run.experiment}</h1>
          <nav aria-label="Sections">
            <ul>
              ${links.map(([id, text]) => html`<li><a href="#${id}">${text}</a></li>`)}
            </ul>
          </nav>
        </header>
        <main id="main" tabindex="-1">
          ${context.overlay?.definition} ${glance(context)} ${maps(context)} ${distributions(context)}
          ${found} ${totals} ${left} ${shapes} ${places} ${runSection(context)} ${methods(context)}
        </main>
        <footer>
          <p class="note">
            Made by <code>quadrat report</code> from the store of the run. The numbers of this page are in it
            as JSON, in the element <code>data</code>.
          </p>
        </footer>
        ${element("script", json(pageData(context)).text, ' type="application/json" id="data"')}
        ${element("script", code)}
      </body>
    </html> `.text;
}

/** An element whose text is taken as it is, to the last space: the policy has the hash of the script's. */
function element(name: "script" | "style", text: string, attributes = ""): Html {
  return new Html(`<${name}${attributes}>${text}</${name}>`);
}
