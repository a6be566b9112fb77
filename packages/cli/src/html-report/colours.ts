import { interpolateRdBu, interpolateViridis, schemeTableau10 } from "d3-scale-chromatic";
import type { Rgba } from "./png.js";

export type Rgb = readonly [number, number, number];

/** Viridis: equal steps of the value look equally far apart, also to eyes that confuse red and green, and in grey. */
export function viridis(share: number): Rgb {
  return parse(interpolateViridis(share));
}

/** From blue, r = -1, over white to red, r = 1. */
export function diverging(r: number): Rgb {
  return parse(interpolateRdBu((1 - r) / 2));
}

/** The tenth is a grey, which could be taken for NULL. */
const wellApart = schemeTableau10.slice(0, 9);

/** Of classes in order: nine colours that are told apart well, for more of them a turn of hues. */
export function classColours(count: number): Rgb[] {
  if (count <= wellApart.length) return wellApart.slice(0, count).map(parse);
  return Array.from({ length: count }, (_, index) =>
    hsl((index * 137.508) % 360, 0.62, [0.42, 0.62, 0.75][index % 3]!),
  );
}

export function hex(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Black or white, whichever reads better on a colour. */
export function inkOn(colour: Rgb): string {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b! > 0.179 ? "#000" : "#fff";
}

/** All classes that have no colour of their own. */
export const otherClasses: Rgb = [58, 58, 58];

/** Nothing is drawn for cells without a row; rows without a value are a translucent grey, lighter than low values on dark paper. */
export const noRow: Rgba = [0, 0, 0, 0];
export const noValue: Rgba = [160, 160, 160, 150];

export function opaque([r, g, b]: Rgb): Rgba {
  return [r, g, b, 255];
}

function parse(text: string): Rgb {
  const numbers = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(text);
  if (numbers) return [Number(numbers[1]), Number(numbers[2]), Number(numbers[3])];
  return [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as unknown as Rgb;
}

function hsl(hue: number, saturation: number, lightness: number): Rgb {
  const spread = saturation * Math.min(lightness, 1 - lightness);
  const part = (offset: number): number => {
    const k = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}
