import type { DatasetConfig } from "@quadrat/core";
import type { QuotingSigns } from "./signs.js";
import type { Dialect } from "./split.js";

type Way = Pick<Dialect, "quoted" | "escaped">;

const bare = { quoted: false, escaped: false } as const;
const double = { quoted: true, escaped: false } as const;
const backslash = { quoted: true, escaped: true } as const;
const bareBackslash = { quoted: false, escaped: true } as const;

/** Delimiters of formats in which a quote always quotes: a stray quote is a fault, not a part of the text. */
const quotedFormats = [",", ";"];

/**
 * The ways in which a text may be quoted, likeliest first; only one if there is nothing to decide.
 * @param quotedHeader whether names in the header are quoted: then the fields are too
 */
export function possibleDialects(
  base: Omit<Dialect, "quoted" | "escaped">,
  quoting: DatasetConfig["quoting"],
  { hasQuotes, hasEscapes }: QuotingSigns,
  quotedHeader: boolean,
): readonly Dialect[] {
  const ways = {
    none: [bare],
    double: [double],
    backslash: [backslash, bareBackslash],
    auto:
      quotedHeader || quotedFormats.includes(base.delimiter)
        ? [double, backslash]
        : [double, backslash, bare, bareBackslash],
  }[quoting ?? "auto"];
  const alike = (a: Way, b: Way): boolean =>
    (a.quoted === b.quoted || !hasQuotes) && (a.escaped === b.escaped || !hasEscapes);
  const apart = ways.filter((way, index) => !ways.slice(0, index).some((earlier) => alike(earlier, way)));
  return apart.map((way) => ({ ...base, ...way }));
}
