import { dataLines } from "../data-lines.js";

let horizontals: ReadonlyMap<string, string> | undefined;

/** The EPSG code of the horizontal part of a compound system of EPSG; undefined for any other. */
export function horizontalCode(code: string): string | undefined {
  horizontals ??= new Map(
    dataLines("compounds.txt").flatMap((line) => {
      const [horizontal = "", compounds = ""] = line.split(" ");
      return compounds.split(",").map((compound) => [compound, horizontal] as const);
    }),
  );
  return horizontals.get(code);
}

/** The horizontal part of `EPSG:4326+5773`, a horizontal and a vertical code, or of their URN. */
export function horizontalPart(text: string): string | undefined {
  return (
    /^(\w+:\d+)\+(?:\w+:)?\d+$/.exec(text)?.[1] ??
    /^urn:ogc:def:crs,(crs:\w+:[\w.]*:\w+),crs:/i.exec(text)?.[1]?.replace(/^/, "urn:ogc:def:")
  );
}
