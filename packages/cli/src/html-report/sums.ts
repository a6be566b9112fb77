import type { PageContext } from "./context.js";
import { html, table, type Html } from "./html.js";
import { numberText } from "./numbers.js";

/** Whether sums have kept the totals of their rasters; nothing if there are none. */
export function sums({ overview: { datasets } }: PageContext): Html | undefined {
  const rows = datasets.flatMap(({ name, facts: { conservation } }) => {
    if (!conservation) return [];
    const { sourceTotal, resultTotal, difference, relative, unknown } = conservation;
    const text = (total: number | null): string => (total === null ? "not known" : String(total));
    const verdict = unknown ?? (relative === 0 ? "none" : `${numberText(100 * relative!)} %`);
    return [[html`<code>${name}</code>`, text(sourceTotal), text(resultTotal), text(difference), verdict]];
  });
  if (rows.length === 0) return undefined;
  return html`<section aria-labelledby="sums">
    <h2 id="sums">Sums</h2>
    <p>
      A sum should keep the total of its raster. The raster's is that of its pixels inside the bounds of the
      grid, each by the fraction of it that is inside, and was added up without regard to the cells.
    </p>
    ${table("Totals of rasters and of cells", ["dataset", "pixels inside the grid", "cells", "difference", "of the pixels"], rows, [1, 2, 3])}
  </section>`;
}
