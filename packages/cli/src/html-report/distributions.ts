import type { ColumnOverview } from "@quadrat/core/host";
import { nullsOf, placeText, whyText, type PageContext } from "./context.js";
import { html, table, type Html } from "./html.js";
import { numberText, percentText } from "./numbers.js";

/** Columns of which the histograms are also given as tables of all bins. */
const fewColumns = 60;

/** What the values of each column are like. */
export function distributions(context: PageContext): Html {
  const { columns, rows } = context.overview.table;
  const header = [
    "column",
    "distribution",
    "NULL",
    "minimum",
    "first quartile",
    "median",
    "third quartile",
    "maximum",
    "mean",
    "standard deviation",
  ];
  const body = columns.map((column, index) => row(column, index, rows, context));
  const hidden = context.overview.hidden;
  return html`<section aria-labelledby="distributions">
    <h2 id="distributions">Distributions</h2>
    <p>
      Of the values in the table, without NULL. Below the extremes is the first cell that has them. Quartiles
      are exact, and interpolated as R and SQL do (type 7).
    </p>
    ${table("The values of each column", header, body, [2, 3, 4, 5, 6, 7, 8, 9])}
    ${hidden.length > 0 && html`<p>${hidden.length === 1 ? "One further column is" : `${numberText(hidden.length)} further columns are`} not shown here or on maps, being text or beyond those that have room: ${hidden.slice(0, 20).join(", ")}${hidden.length > 20 && ", ..."}.</p>`}
  </section>`;
}

function row(column: ColumnOverview, index: number, rows: number, context: PageContext): (Html | string)[] {
  const { name, summary } = column;
  const missing = nullsOf(column);
  const nulls = html`${percentText(missing, rows)}${missing > 0 && html`<br /><span class="note">${whyText(column)}</span>`}`;
  const title = html`<code>${name}</code>`;
  if (!summary) return [title, "no values", nulls, "", "", "", "", "", "", ""];
  const extreme = (value: number, cell: number): Html =>
    html`${numberText(value)}<br /><span class="note">at ${placeText(cell, context)}</span>`;
  return [
    title,
    histogram(column, index, context),
    nulls,
    extreme(summary.min, summary.minCell),
    ...summary.quartiles.map(numberText),
    extreme(summary.max, summary.maxCell),
    numberText(summary.mean),
    summary.stdev === undefined ? "" : numberText(summary.stdev),
  ];
}

/** Drawn by the page's script; without it the same numbers are in a list that opens. */
function histogram({ name, summary, classes }: ColumnOverview, index: number, context: PageContext): Html {
  const few = context.overview.table.columns.length <= fewColumns && !context.lean;
  const { min, max, histogram: counts } = summary!;
  const edge = (bin: number): string =>
    numberText(Number((min + ((max - min) * bin) / counts.length).toPrecision(5)));
  const bins = classes
    ? classes.map(([value, count]) => html`<li>${numberText(value)}: ${numberText(count)}</li>`)
    : counts.flatMap((count, bin) =>
        count > 0 ? [html`<li>${edge(bin)} to ${edge(bin + 1)}: ${numberText(count)}</li>`] : [],
      );
  return html`<div class="chart" data-histogram="${index}"></div>
    ${
      few &&
      html`<details>
        <summary>${classes ? "Classes" : "Bins"}<span class="hidden"> of ${name}</span></summary>
        <ul class="bins">
          ${bins}
        </ul>
      </details>`
    }`;
}
