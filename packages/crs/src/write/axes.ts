import { dataLines } from "../data-lines.js";

/** The direction of an axis, and the meridian along which it runs there where that says more. */
export interface AxisDirection {
  readonly direction: string;
  readonly meridian?: number;
}

/** The axes of an EPSG system in the order that the authority gives them: three where it has heights. */
export function epsgAxes(code: number, isGeographic: boolean): readonly AxisDirection[] {
  for (const line of dataLines("axes.txt")) {
    const [axes, codes] = line.split(";") as [string, string];
    if (codes.split(" ").some((range) => isWithin(code, range))) return axes.split(" ").map(readAxis);
  }
  return (isGeographic ? ["north", "east"] : ["east", "north"]).map((direction) => ({ direction }));
}

function isWithin(code: number, range: string): boolean {
  const [first, last = first] = range.split("-").map(Number);
  return code >= first! && code <= last!;
}

function readAxis(text: string): AxisDirection {
  const [direction, meridian] = text.split("@") as [string, string | undefined];
  return meridian === undefined ? { direction } : { direction, meridian: Number(meridian) };
}
