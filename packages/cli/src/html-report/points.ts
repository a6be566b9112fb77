import type { MapShape, PointsOverview } from "@quadrat/core/host";
import { counted } from "../units.js";
import { classColours, hex, noRow, opaque, type Rgb } from "./colours.js";
import type { PageContext } from "./context.js";
import { correlationsOf } from "./correlations.js";
import { frameWidth } from "./frame.js";
import { html, table, type Html } from "./html.js";
import { numberText, percentText } from "./numbers.js";
import { dataUrl, palettePng } from "./png.js";

/** Told apart in any eyes, and on light and dark paper. */
const colours: { readonly records: Rgb; readonly background: Rgb } = {
  records: [213, 94, 0],
  background: [120, 170, 210],
};

/** The table of points: a place for each row, the folds, and how its columns are related. */
export function points(context: PageContext): Html | undefined {
  const { points: found, run } = context.overview;
  if (!found) return undefined;
  const { rows, presences, folds, correlations } = found;
  const others = rows - presences;
  const what =
    others > 0
      ? `${counted(presences, "record")} of ${run.config.points!.records} and ${counted(others, "place")} of background`
      : `${counted(presences, "record")} of ${run.config.points!.records}, without background`;
  return html`<section aria-labelledby="points">
    <h2 id="points">Points</h2>
    <p>
      The table of points has ${counted(rows, "row")}: ${what}. A dot is ${dotText(found.shape)}.
      ${folds && others > 0 && "Where records and background meet, the first map shows the record."}
    </p>
    <div class="maps large">${presenceMap(found, context)}${folds && foldMap(folds, found, context)}</div>
    ${folds && foldTable(folds)}
    ${
      correlations.columns.length > 1 &&
      html`<h3>Correlations of the points</h3>
        ${correlationsOf(correlations)}`
    }
  </section>`;
}

function dotText({ cells }: MapShape): string {
  return cells === 1 ? "a cell of the grid" : `a square of ${cells} × ${cells} cells of the grid`;
}

function presenceMap(found: PointsOverview, context: PageContext): Html {
  const { rows, presences, records, background } = found;
  const pixels = Uint8Array.from(records, (count, pixel) => (count > 0 ? 2 : background[pixel]! > 0 ? 1 : 0));
  const entries = [
    { colour: colours.records, name: `records, ${numberText(presences)}` },
    { colour: colours.background, name: `background, ${numberText(rows - presences)}` },
  ].slice(0, rows > presences ? 2 : 1);
  const title = rows > presences ? "Records and background" : "Records";
  const palette = [colours.background, colours.records];
  return figure({ title, alt: `Map of ${entries.map(({ name }) => name).join(" and ")}` }, entries, {
    ...{ pixels, palette, shape: found.shape, context },
  });
}

function foldMap(
  { folds, map }: NonNullable<PointsOverview["folds"]>,
  { shape }: PointsOverview,
  context: PageContext,
): Html | undefined {
  if (!map) return undefined;
  const palette = classColours(folds.length);
  const numbers = new Map(folds.map(({ fold }, index) => [fold, index]));
  const pixels = Uint8Array.from(map, (fold) => (fold === fold ? 1 + numbers.get(fold)! : 0));
  const entries = folds.map(({ fold }, index) => ({ colour: palette[index]!, name: String(fold) }));
  const size = context.overview.run.config.points?.folds?.block;
  const blocks = size === undefined ? "" : `, in blocks of ${numberText(size)} m`;
  return figure({ title: "Folds", alt: `Map of ${counted(folds.length, "fold")}${blocks}` }, entries, {
    ...{ pixels, palette, shape, context },
  });
}

interface Dots {
  /** Of each pixel its colour, from 1; 0 for none. */
  readonly pixels: Uint8Array;
  readonly palette: readonly Rgb[];
  readonly shape: MapShape;
  readonly context: PageContext;
}

function figure(
  { title, alt }: { readonly title: string; readonly alt: string },
  entries: readonly { readonly colour: Rgb; readonly name: string }[],
  { pixels, palette, shape, context: { frame, overlay, overview } }: Dots,
): Html {
  const url = dataUrl(palettePng(shape.width, shape.height, pixels, [noRow, ...palette.map(opaque)]));
  // The frame is that of the maps of columns, whose last pixels reach less or more far beyond the grid.
  const { shape: shown } = overview.table;
  const wide = (100 * shape.width * shape.cells) / (shown.width * shown.cells);
  const high = (100 * shape.height * shape.cells) / (shown.height * shown.cells);
  return html`<figure>
    <figcaption><h3>${title}</h3></figcaption>
    <div class="map" style="aspect-ratio:${frameWidth}/${frame.height}">
      <div class="layers">
        <img
          src="${url}"
          alt="${alt}"
          width="${shape.width}"
          height="${shape.height}"
          style="width:${wide.toFixed(3)}%;height:${high.toFixed(3)}%"
        />${overlay?.use}
      </div>
    </div>
    <ul class="classes">
      ${entries.map(({ colour, name }) => html`<li><i style="background:${hex(colour)}"></i>${name}</li>`)}
    </ul>
  </figure>`;
}

function foldTable({ folds }: NonNullable<PointsOverview["folds"]>): Html {
  const total = folds.reduce((sum, { records }) => sum + records, 0);
  const rows = folds.map(({ fold, records, background }) => [
    String(fold),
    html`${numberText(records)}<br /><span class="note">${percentText(records, total)}</span>`,
    numberText(background),
  ]);
  return table("Rows of each fold", ["fold", "records", "background"], rows, [1, 2]);
}
