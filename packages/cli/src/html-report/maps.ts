import type { ColumnOverview } from "@quadrat/core/host";
import { nullsOf, placeText, whyText, type PageContext } from "./context.js";
import { byCount, className } from "./classes.js";
import { hex, viridis } from "./colours.js";
import { frameWidth } from "./frame.js";
import { extremes } from "./glance.js";
import { html, type Html } from "./html.js";
import { mapImage, type Legend } from "./map-image.js";
import { numberText, percentText } from "./numbers.js";

/** Columns of which the pictures are drawn small. */
const many = 24;

const pointing = html`<span class="interactive"
  >Point at a map, or select it and use the arrow keys, to read the value of a cell, and why there is none.
  <kbd>+</kbd> and <kbd>−</kbd> zoom, <kbd>0</kbd> shows all.</span
>`;

/** A map of every column. */
export function maps(context: PageContext): Html {
  const { table, grid } = context.overview;
  const { shape } = table;
  const each =
    shape.cells === 1
      ? "A pixel is a cell."
      : `A pixel is ${shape.cells} × ${shape.cells} cells: their mean, or the class that most of them have.`;
  const size = table.columns.length > many ? " small" : "";
  return html`<section aria-labelledby="maps">
    <h2 id="maps">Maps</h2>
    <p>
      ${each} Grid ${grid.crs}. ${context.overlay?.note} Grey is NULL: a row without a value in this column.
      ${table.pixelRows.includes(0) && "Blank places are cells without a row in the table."}
      ${!context.lean && pointing}
    </p>
    <div class="maps${size}">${table.columns.map((column, index) => figure(column, index, context))}</div>
  </section>`;
}

function figure(column: ColumnOverview, index: number, context: PageContext): Html {
  const { frame, overlay, overview } = context;
  const { url, legend } = mapImage(column, overview.table);
  const missing = nullsOf(column);
  const nulls =
    missing === 0 ? "no NULL" : `${percentText(missing, overview.table.rows)} NULL: ${whyText(column)}`;
  const alt = `Map of ${column.name}, ${extremes(column, context)}; ${nulls}`;
  return html`<figure data-name="${column.name}">
    <figcaption>
      <h3>${column.name}</h3>
      ${column.dataset && html`<p class="note">${methodText(column)}</p>`}
    </figcaption>
    <div class="map" data-column="${index}" style="aspect-ratio:${frameWidth}/${frame.height}">
      <div class="layers">
        <img
          src="${url}"
          alt="${alt}"
          width="${overview.table.shape.width}"
          height="${overview.table.shape.height}"
        />${overlay?.use}
      </div>
    </div>
    ${legendOf(legend, column, context.lean)}
    <p class="note">${nulls}${greatest(column, context)}</p>
  </figure> `;
}

function greatest({ summary, classes }: ColumnOverview, context: PageContext): string {
  if (!summary || classes) return "";
  return `; greatest value ${numberText(summary.max)} at ${placeText(summary.maxCell, context)}`;
}

function methodText({ dataset }: ColumnOverview): string {
  return [dataset!.raster ? "raster" : dataset!.driver, dataset!.method].join(", ");
}

/** The gradient of the scale, for the style sheet. */
export function gradient(): string {
  return Array.from({ length: 11 }, (_, step) => hex(viridis(step / 10))).join(",");
}

/** Classes that are listed before the others are only counted. */
const listedClasses = 12;

function legendOf(legend: Legend | undefined, column: ColumnOverview, lean: boolean): Html {
  if (!legend) return html`<p class="note">no values</p>`;
  if (legend.kind === "scale") {
    const { from, to, below, above } = legend;
    if (from === to)
      return html`<ul class="classes">
        <li><i style="background:${hex(viridis(0.5))}"></i>${numberText(from)}</li>
      </ul>`;
    const middle = numberText(Number(((from + to) / 2).toPrecision(3)));
    const ends = [
      `${below ? "≤ " : ""}${numberText(short(from))}`,
      `${above ? "≥ " : ""}${numberText(short(to))}`,
    ];
    return html`<div class="scale">
      <div class="bar"></div>
      <div class="ticks"><span>${ends[0]}</span><span>${middle}</span><span>${ends[1]}</span></div>
    </div>`;
  }
  const colours = new Map(legend.classes.map(({ value, colour }) => [value, hex(colour)]));
  const entry = ([value, count]: readonly [number, number]): Html =>
    html`<li>
      <i style="background:${colours.get(value)}"></i>${className(column, value)}
      <span class="note">${percentText(count, column.values)}</span>
    </li>`;
  const all = byCount(column);
  // One line is not worth being hidden.
  const listed = all.length === listedClasses + 1 ? all.length : listedClasses;
  const [shown, rest] = [all.slice(0, listed), all.slice(listed)];
  if (lean)
    return html`<ul class="classes">
      ${shown.map(entry)}
    </ul>`;
  return html`<ul class="classes">
      ${shown.map(entry)}
    </ul>
    ${
      rest.length > 0 &&
      html`<details>
        <summary>${rest.length} more classes</summary>
        <ul class="classes">
          ${rest.map(entry)}
        </ul>
      </details>`
    }`;
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}
