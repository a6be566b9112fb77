import type { Conservation } from "@quadrat/core";
import type { PageContext } from "./context.js";
import { html, table, type Html } from "./html.js";
import { numberText } from "./numbers.js";

/** As in the warning of a run, which comes from the same numbers: relative differences up to this are rounding. */
const rounding = 1e-6;

/** Whether a sum has lost or gained; undefined where that is not known. */
function isKept({ relative }: Conservation): boolean | undefined {
  return relative === null ? undefined : relative <= rounding;
}

function shareText({ difference, relative }: Conservation): string {
  return `${numberText(Number((100 * relative!).toPrecision(3)))} % ${difference! > 0 ? "more" : "less"}`;
}

/** Whether sums have kept the totals of their rasters, in words; undefined if there are none. */
export function sumsText({ overview: { datasets } }: PageContext): Html | string | undefined {
  const all = datasets.flatMap(({ name, facts: { conservation } }) =>
    conservation ? [{ name, conservation }] : [],
  );
  if (all.length === 0) return undefined;
  const lost = all.filter(({ conservation }) => isKept(conservation) === false);
  const unknown = all.filter(({ conservation }) => isKept(conservation) === undefined).length;
  const rest =
    unknown > 0 ? `; of ${numberText(unknown)} of ${numberText(all.length)} sums this is not known` : "";
  if (lost.length === 0)
    return unknown === all.length
      ? "whether they keep the totals of their rasters is not known"
      : `all keep the totals of their rasters${rest}`;
  return html`${lost.map(
    ({ name, conservation }, index) =>
      html`${index > 0 && "; "}<code>${name}</code> has ${shareText(conservation)} than its raster`,
  )}${rest}`;
}

/** Whether sums have kept the totals of their rasters; nothing if there are none. */
export function sums({ overview: { datasets } }: PageContext): Html | undefined {
  const rows = datasets.flatMap(({ name, facts: { conservation } }) => {
    if (!conservation) return [];
    const { sourceTotal, resultTotal, difference, relative, unknown } = conservation;
    const text = (total: number | null): string => (total === null ? "not known" : String(total));
    const verdict =
      unknown ??
      (relative === 0
        ? "none"
        : isKept(conservation)
          ? `${numberText(100 * relative!)} %, rounding`
          : html`<strong class="fault">${shareText(conservation)}</strong>`);
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
