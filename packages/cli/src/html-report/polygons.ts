import type { PageContext } from "./context.js";
import { html, table, type Html } from "./html.js";
import { numberText, percentText } from "./numbers.js";
import { reasons } from "./records.js";

/** What became of the features of files of polygons. */
export function polygons({ overview: { records } }: PageContext): Html | undefined {
  const all = records.flatMap((one) => (one.polygons ? [{ ...one, polygons: one.polygons }] : []));
  if (all.length === 0) return undefined;
  const rows = all.map(({ dataset, read, used, leftOut, polygons: { rule, repaired } }) => [
    html`<code>${dataset}</code>`,
    numberText(read),
    html`${numberText(used)}<br /><span class="note">${percentText(used, read)}</span>`,
    repaired === undefined ? "not recorded" : numberText(repaired),
    reasons(leftOut, read),
    rule ?? "",
  ]);
  return html`<section aria-labelledby="polygons">
    <h2 id="polygons">Polygons</h2>
    <p>
      What became of the features of each file. Invalid polygons are repaired: inside is what an odd number of
      edges surrounds. Of a file with an index only what meets the grid is read.
    </p>
    ${table("Polygons of each file", ["dataset", "read", "take cells", "repaired", "left out", "rule"], rows, [1, 2, 3])}
  </section>`;
}
