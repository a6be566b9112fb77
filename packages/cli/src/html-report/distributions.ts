import type { ColumnOverview } from "@quadrat/core/host";
import { byCount, classCount, className, commonest } from "./classes.js";
import { nullsOf, placeText, whyText, type PageContext } from "./context.js";
import { html, table, type Html } from "./html.js";
import { numberText, percentText } from "./numbers.js";

/** Columns of which the histograms are also given as tables of all bins. */
const fewColumns = 60;

const measures = [
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

/** What the values of each column are like. */
export function distributions(context: PageContext): Html {
  const all = context.overview.table.columns.map((column, index) => ({ column, index }));
  const numbers = all.filter(({ column: { classes } }) => !classes);
  const classes = all.filter(({ column }) => column.classes);
  const hidden = context.overview.hidden;
  return html`<section aria-labelledby="distributions">
    <h2 id="distributions">Distributions</h2>
    <p>
      Of the values in the table, without NULL. Below the extremes is the first cell that has them. Quartiles
      are exact, and interpolated as R and SQL do (type 7).
    </p>
    ${
      numbers.length > 0 &&
      table(
        "The values of each column",
        measures,
        numbers.map(({ column, index }) => row(column, index, context)),
        [2, 3, 4, 5, 6, 7, 8, 9],
      )
    }
    ${
      classes.length > 0 &&
      table(
        "The classes of each column",
        ["column", "distribution", "NULL", "classes", "the commonest"],
        classes.map(({ column, index }) => classRow(column, index, context)),
        [2, 3],
      )
    }
    ${hidden.length > 0 && html`<p>${hidden.length === 1 ? "One further column is" : `${numberText(hidden.length)} further columns are`} not shown here or on maps, for want of room: ${hidden.slice(0, 20).join(", ")}${hidden.length > 20 && ", ..."}.</p>`}
  </section>`;
}

function nullText(column: ColumnOverview, { overview }: PageContext): Html {
  const missing = nullsOf(column);
  return html`${percentText(missing, overview.table.rows)}${missing > 0 && html`<br /><span class="note">${whyText(column)}</span>`}`;
}

const listedClasses = 3;

function classRow(column: ColumnOverview, index: number, context: PageContext): (Html | string)[] {
  const some = column.values > 0;
  return [
    html`<code>${column.name}</code>`,
    some ? histogram(column, index, context) : "no values",
    nullText(column, context),
    numberText(classCount(column)),
    commonest(column, listedClasses),
  ];
}

function row(column: ColumnOverview, index: number, context: PageContext): (Html | string)[] {
  const { name, summary } = column;
  const nulls = nullText(column, context);
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
function histogram(column: ColumnOverview, index: number, context: PageContext): Html {
  const { name, summary, classes } = column;
  const few = context.overview.table.columns.length <= fewColumns && !context.lean;
  const bins = classes
    ? byCount(column).map(
        ([value, count]) => html`<li>${className(column, value)}: ${numberText(count)}</li>`,
      )
    : binsOf(summary!);
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

function binsOf({ min, max, histogram: counts }: NonNullable<ColumnOverview["summary"]>): Html[] {
  const edge = (bin: number): string =>
    numberText(Number((min + ((max - min) * bin) / counts.length).toPrecision(5)));
  return counts.flatMap((count, bin) =>
    count > 0 ? [html`<li>${edge(bin)} to ${edge(bin + 1)}: ${numberText(count)}</li>`] : [],
  );
}
