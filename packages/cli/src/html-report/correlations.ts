import type { Correlations } from "@quadrat/core/host";
import { counted } from "../units.js";
import { diverging, hex, inkOn, opaque } from "./colours.js";
import type { PageContext } from "./context.js";
import { html, table, type Html } from "./html.js";
import { numberText } from "./numbers.js";
import { dataUrl, palettePng } from "./png.js";

/** Columns whose correlations are all written out. */
const writtenOut = 30;
const listedPairs = 60;

export function correlations({ overview }: PageContext): Html | undefined {
  const { correlations: found } = overview.table;
  if (found.columns.length < 2) return undefined;
  return html`<section aria-labelledby="correlations">
    <h2 id="correlations">Correlations</h2>
    ${correlationsOf(found)}
  </section>`;
}

/** The correlations of a table's columns, and their variance inflation. */
export function correlationsOf(found: Correlations): Html {
  const from = found.sampled
    ? `from a sample of ${counted(found.rows, "row")}, drawn by a hash of the cell`
    : "from all rows";
  return html`<p>
      Pearson's r of the rows in which both columns have a value, ${from}. Columns of classes are left out.
    </p>
    ${found.columns.length <= writtenOut ? matrix(found) : html`${picture(found)}${pairs(found)}`}
    ${inflation(found)}`;
}

function matrix({ columns, r, n }: Correlations): Html {
  const rows = columns.map((name, i) => [
    html`<code>${name}</code>`,
    ...columns.map((_, j) => {
      const [value, count] = [r[i * columns.length + j]!, n[i * columns.length + j]!];
      if (Number.isNaN(value)) return html`<span class="r" title="${counted(count, "row")}">–</span>`;
      const colour = diverging(value);
      return html`<span
        class="r"
        style="background:${hex(colour)};color:${inkOn(colour)}"
        title="${counted(count, "row")}"
        >${fixed(value)}</span
      >`;
    }),
  ]);
  return html`<div class="matrix">${table("Correlation of each two columns", ["", ...columns], rows)}</div>`;
}

const steps = 201;

function picture({ columns, r }: Correlations): Html {
  const colours = Array.from({ length: steps }, (_, step) => opaque(diverging((step / (steps - 1)) * 2 - 1)));
  const pixels = Uint8Array.from(r, (value) =>
    Number.isNaN(value) ? 0 : 1 + Math.round(((value + 1) / 2) * (steps - 1)),
  );
  const size = columns.length;
  const png = palettePng(size, size, pixels, [[0, 0, 0, 0], ...colours]);
  return html`<figure class="heat">
    <img
      src="${dataUrl(png)}"
      width="${size}"
      height="${size}"
      alt="Heat map of the correlations of ${size} columns, in the order of the table, from blue (−1) over white (0) to red (1); the strongest are in the table below"
    />
    <figcaption class="note">
      From blue (−1) over white (0) to red (1); columns in the order of the table, from the top left.
      <output class="interactive" data-heat></output>
    </figcaption>
  </figure>`;
}

function pairs({ columns, r, n }: Correlations): Html {
  const size = columns.length;
  const all = columns.flatMap((a, i) =>
    columns.slice(i + 1).map((b, offset) => ({ a, b, at: i * size + i + 1 + offset })),
  );
  const found = all.filter(({ at }) => !Number.isNaN(r[at]!));
  found.sort((one, other) => Math.abs(r[other.at]!) - Math.abs(r[one.at]!) || one.at - other.at);
  const rows = found
    .slice(0, listedPairs)
    .map(({ a, b, at }) => [
      html`<code>${a}</code>`,
      html`<code>${b}</code>`,
      fixed(r[at]!),
      numberText(n[at]!),
    ]);
  return table(
    `The ${rows.length} strongest of ${numberText(found.length)} correlations`,
    ["column", "and", "r", "rows"],
    rows,
    [2, 3],
  );
}

function inflation({ inflation: { columns, vif, rows } }: Correlations): Html | undefined {
  if (columns.length < 2) return undefined;
  const heading = html`<h3>Variance inflation</h3>`;
  if (!vif) {
    return html`${heading}
      <p>
        Not computed: ${counted(rows, "row")} with a value in all of ${columns.length} columns, too few, or a
        column that is constant there.
      </p>`;
  }
  const sorted = columns
    .map((name, index) => ({ name, value: vif[index]! }))
    .sort((a, b) => (a.value === b.value ? 0 : b.value - a.value));
  const body = sorted.map(({ name, value }) => [
    html`<code>${name}</code>`,
    value === Infinity ? "∞" : numberText(Number(value.toPrecision(4))),
  ]);
  return html`${heading}
    <p>
      1 / (1 − R²) of each column that may be a predictor, on all the others, from the ${counted(rows, "row")}
      in which all have a value. Above 5 or 10, by custom, a model can hardly tell a column from the others; ∞
      means that the others determine it.
    </p>
    ${table("Variance inflation factors", ["column", "VIF"], body, [1])}`;
}

function fixed(value: number): string {
  return value
    .toFixed(2)
    .replace(/^-0\.00$/, "0.00")
    .replace("-", "−");
}
