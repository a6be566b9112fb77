import type { ColumnOverview } from "@quadrat/core/host";
import { counted, formatBytes, formatSeconds, formatShare } from "../units.js";
import { classCount, classesText, commonest } from "./classes.js";
import { nullsOf, placeText, whyText, type PageContext } from "./context.js";
import { html, marked, type Html } from "./html.js";
import { numberText, percentText } from "./numbers.js";
import { sumsText } from "./sums.js";

/** The answers to what is asked first. */
export function glance(context: PageContext): Html {
  const { run, grid, table, hidden, points } = context.overview;
  const totals = sumsText(context);
  const [xmin, ymin, xmax, ymax] = grid.bounds;
  const facts: readonly (readonly [string, Html | string])[] = [
    [
      "Table",
      `${counted(table.rows, "row")} and ${counted(table.columns.length + hidden.length, "column")} of values`,
    ],
    [
      "Grid",
      `${grid.crs}, ${numberText(grid.width)} × ${numberText(grid.height)} cells, ${numberText(xmin)} to ${numberText(xmax)} by ${numberText(ymin)} to ${numberText(ymax)}`,
    ],
    ...(points ? ([["Points", `a second table of ${counted(points.rows, "row")}`]] as const) : []),
    ["Run", runText(run.status, run.started, run.seconds)],
    ["Memory", memoryText(context)],
    ["Missing values", missing(context)],
    ["Left out", leftOut(context)],
    ...(totals === undefined ? [] : ([["Sums", totals]] as const)),
    ["Warnings", warnings(context)],
  ];
  return html`<section aria-labelledby="glance">
    <h2 id="glance">At a glance</h2>
    <dl class="facts">
      ${facts.map(
        ([name, fact]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${fact}</dd>
          </div> `,
      )}
    </dl>
  </section>`;
}

function runText(status: string, started: string, seconds: number | null): string {
  const when = `${started.slice(0, 10)} ${started.slice(11, 16)} UTC`;
  return `${status}, begun ${when}${seconds === null ? "" : `, took ${formatSeconds(seconds)}`}`;
}

export function memoryText({ overview: { run } }: PageContext): string {
  const { peakBytes: peak, limitBytes: limit, decisions } = run;
  if (peak === null || limit === null) return "not recorded";
  const share = `peak ${formatBytes(peak)}, ${formatShare(peak / limit)} of the limit of ${formatBytes(limit)}`;
  const reached = peak > limit ? "the limit was exceeded" : "the limit was not reached";
  const adapted =
    decisions.length === 0
      ? "nothing had to be adapted to memory"
      : `the run adapted to memory ${counted(decisions.length, "time")}`;
  return `${share}: ${reached}, ${adapted}`;
}

function missing(context: PageContext): Html | string {
  const { table } = context.overview;
  const most = [...table.columns].sort((a, b) => nullsOf(b) - nullsOf(a)).slice(0, 3);
  const listed = most.filter((column) => nullsOf(column) > 0);
  if (table.rows === 0) return "none: the table has no rows";
  if (listed.length === 0) return "none: every row has a value in every column";
  return html`most in
  ${listed.map((column, index) => html`${index > 0 && "; "}${nullText(column, table.rows)}`)}`;
}

function nullText(column: ColumnOverview, rows: number): Html {
  return html`<code>${column.name}</code>, ${percentText(nullsOf(column), rows)} of the rows
    (${whyText(column)})`;
}

function leftOut({ overview: { records } }: PageContext): Html | string {
  if (records.length === 0) return "no records or polygons are among the inputs";
  const some = records.filter(({ leftOut: reasons }) => reasons.length > 0);
  if (some.length === 0) return "none";
  return html`${some.map(({ dataset, read, leftOut: reasons, polygons }, index) => {
    const sum = reasons.reduce((total, { count }) => total + count, 0);
    const why = reasons.map(({ why: text, count }) => `${numberText(count)} ${text}`).join(", ");
    const what = polygons ? "polygons" : "records";
    return html`${index > 0 && "; "}${numberText(sum)} of ${numberText(read)} ${what} of
      <code>${dataset}</code> (${marked(why)})`;
  })}`;
}

function warnings({ overview: { run } }: PageContext): Html | string {
  if (run.warnings === undefined) return "not recorded";
  if (run.warnings.length === 0) return "none";
  return html`<a href="#warnings">${counted(run.warnings.length, "warning")}</a>`;
}

/** Where the extremes of the columns are, in words: the least that a picture is worth. */
export function extremes(column: ColumnOverview, context: PageContext): string {
  const { summary, classes } = column;
  if (classes && classes.length > 0)
    return `${classesText(classCount(column))}, the commonest ${commonest(column, 3)}`;
  if (!summary) return "no values";
  return `from ${numberText(summary.min)} at ${placeText(summary.minCell, context)} to ${numberText(summary.max)} at ${placeText(summary.maxCell, context)}`;
}
