import { deflateRawSync } from "node:zlib";
import type { ColumnOverview, ColumnsOverview } from "@quadrat/core/host";
import { isOthers } from "./classes.js";
import { classColours, noRow, noValue, opaque, otherClasses, viridis, type Rgb } from "./colours.js";
import type { PackedMap } from "./page-types.js";
import { dataUrl, palettePng } from "./png.js";

/** How values are coloured. */
export type Legend =
  | {
      readonly kind: "scale";
      readonly from: number;
      readonly to: number;
      /** Whether there are values beyond the ends, which have the ends' colours. */
      readonly below: boolean;
      readonly above: boolean;
    }
  | {
      readonly kind: "classes";
      readonly classes: readonly {
        readonly value: number;
        readonly count: number;
        readonly colour: Rgb;
      }[];
    };

export interface MapImage {
  readonly url: string;
  readonly legend: Legend | undefined;
}

/** Colours of a scale; small pictures have fewer, because a palette takes more room than their pixels. */
const steps = { large: 254, small: 62 };
const smallPixels = 4_000;
const [rowless, valueless, firstColour] = [0, 1, 2];

/** Draws a column: a pixel of the image for each pixel of the map. */
export function mapImage(column: ColumnOverview, { shape, pixelRows }: ColumnsOverview): MapImage {
  const { values } = column.map;
  const legend = legendOf(column);
  const count = values.length < smallPixels ? steps.small : steps.large;
  const colours: Rgb[] =
    legend?.kind === "classes"
      ? legend.classes.map(({ colour }) => colour)
      : Array.from({ length: count }, (_, step) => viridis(step / (count - 1)));
  const number = numbering(legend, count);
  const pixels = Uint8Array.from(values, (value, pixel) => {
    if (value === value) return firstColour + number(value);
    return pixelRows[pixel]! > 0 ? valueless : rowless;
  });
  const palette = [noRow, noValue, ...colours.map(opaque)];
  return { url: dataUrl(palettePng(shape.width, shape.height, pixels, palette)), legend };
}

function numbering(legend: Legend | undefined, steps: number): (value: number) => number {
  if (legend?.kind === "classes") {
    const numbers = new Map(legend.classes.map(({ value }, index) => [value, index]));
    return (value) => numbers.get(value)!;
  }
  if (!legend || legend.to === legend.from) return () => Math.floor(steps / 2);
  const { from, to } = legend;
  return (value) => Math.round(Math.max(0, Math.min(1, (value - from) / (to - from))) * (steps - 1));
}

function legendOf(column: ColumnOverview): Legend | undefined {
  const { classes, map } = column;
  if (classes) {
    const colours = classColours(classes.length);
    return {
      kind: "classes",
      classes: classes.map(([value, count], index) => ({
        value,
        count,
        colour: isOthers(column, value) ? otherClasses : colours[index]!,
      })),
    };
  }
  const sorted = map.values.filter((value) => value === value).sort();
  if (sorted.length === 0) return undefined;
  const [first, last] = [sorted[0]!, sorted.at(-1)!];
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  // A few extreme values must not take the colours from all others.
  const [from, to] = at(0.02) < at(0.98) ? [at(0.02), at(0.98)] : [first, last];
  return { kind: "scale", from, to, below: first < from, above: last > to };
}

/** Bytes that the values of all maps may have when each value is kept as it is. */
const exactBytes = 1_100_000;

/** @param maps the number of maps on the page */
export function packMap({ map, type }: ColumnOverview, maps: number): PackedMap {
  const { values, why } = map;
  const float = type === "FLOAT" || values.every((value) => value !== value || Math.fround(value) === value);
  const bytes = values.length * maps * (float ? 4 : 8);
  const as = bytes > exactBytes ? "u16" : float ? "f32" : "f64";
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const spread = max - min;
  const step = (value: number): number =>
    value !== value ? 65_535 : spread > 0 ? Math.round(((value - min) / spread) * 65_534) : 0;
  const array =
    as === "u16" ? Uint16Array.from(values, step) : as === "f32" ? Float32Array.from(values) : values;
  const some = min <= max;
  return {
    as,
    min: some ? min : 0,
    max: some ? max : 0,
    data: packed(array),
    why: why.some((reason) => reason > 0) ? packed(why) : undefined,
  };
}

function packed(array: Uint8Array | Uint16Array | Float32Array | Float64Array): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return deflateRawSync(bytes, { level: 9 }).toString("base64");
}
