import type { ColumnOverview, StoreOverview } from "@quadrat/core/host";
import { coordinate, numberText, pointText } from "./numbers.js";
import type { Frame } from "./frame.js";
import type { Overlay } from "./overlay.js";

/** What the sections of a page are made from. */
export interface PageContext {
  readonly overview: StoreOverview;
  readonly frame: Frame;
  readonly overlay: Overlay | undefined;
  /** What the outputs' metadata add; undefined without them. */
  readonly outputs: OutputFacts | undefined;
  /** Whether to leave out what makes a page large: values to be read with the pointer, long lists, long names. */
  readonly lean: boolean;
}

export interface OutputFacts {
  readonly duckdb: string | undefined;
  readonly files: readonly {
    readonly name: string;
    readonly format: string;
    readonly bytes: number;
    readonly rows: number;
    readonly sha256: string;
  }[];
}

/** A cell's centre. */
export function centreOf(
  cell: number,
  { overview: { grid } }: Pick<PageContext, "overview">,
): readonly [number, number] {
  const [xmin, ymin, xmax, ymax] = grid.bounds;
  const row = Math.floor(cell / grid.width);
  const column = cell - row * grid.width;
  return [
    coordinate(xmin + ((column + 0.5) * (xmax - xmin)) / grid.width),
    coordinate(ymax - ((row + 0.5) * (ymax - ymin)) / grid.height),
  ];
}

export function placeText(cell: number, context: Pick<PageContext, "overview">): string {
  return pointText(centreOf(cell, context));
}

export function nullsOf({ nulls }: ColumnOverview): number {
  return nulls.nodata + nulls.outside + nulls["no record"];
}

/** Why rows have no value, as a text: `12 nodata, 3 outside`. */
export function whyText({ nulls, dataset }: ColumnOverview): string {
  const words: Readonly<Record<string, string>> = { "no record": noneText(dataset) };
  return Object.entries(nulls)
    .filter(([, count]) => count > 0)
    .map(([why, count]) => `${numberText(count)} ${words[why] ?? why}`)
    .join(", ");
}

/** What is missing where a dataset that is not a raster has no value. */
export function noneText(dataset: ColumnOverview["dataset"]): string {
  const { kind, sql } = dataset?.config ?? {};
  if (sql !== undefined) return "NULL in the query";
  return kind === "ranges" ? "no polygon" : "no record";
}
