import { nearest, QuadratError } from "@quadrat/core/base";
import type { AreaOfUse, Crs, CrsDefinition } from "../crs.js";
import { own } from "../own.js";
import { projectionMethods } from "../projections/registry.js";
import { angleUnitName, lengthUnitName } from "../units.js";
import type { CodeEntry } from "./code-entry.js";
import { allCodes, findCode } from "./codes.js";
import { horizontalCode, horizontalPart } from "./compound.js";
import type { Described } from "./described.js";
import { meantByCode, meantByText } from "./hints.js";
import { definitionFromProjString } from "./proj-string.js";
import { describeProjJson } from "./projjson.js";
import { withdrawnCodes } from "./withdrawn.js";
import { describeWkt } from "./wkt-crs.js";

const forms =
  "an EPSG or ESRI code such as EPSG:4326, a PROJ string such as +proj=longlat +datum=WGS84, or WKT";

/** The OGC systems that equal an EPSG one with longitude first, which is our order anyway. */
const ogc: Readonly<Record<string, number>> = { CRS84: 4326, CRS83: 4269, CRS27: 4267 };

/**
 * Reads a coordinate reference system: `EPSG:n`, `ESRI:n`, `OGC:CRS84` (also as URN or URL), a PROJ string, WKT 1 or 2,
 * or PROJJSON. x is always the longitude or easting.
 * @throws QuadratError of kind "usage" that says what isn't known or not supported, and what would be
 */
export function parseCrs(text: string): Crs {
  const trimmed = text.trim();
  if (trimmed.startsWith("+") || /^proj=/.test(trimmed)) return fromProjString(trimmed);
  if (trimmed.startsWith("{")) return make(compactJson(trimmed), describeProjJson(trimmed));
  if (/^\w+\s*[[(]/.test(trimmed)) return make(compactWkt(trimmed), describeWkt(trimmed));
  const code = readCode(trimmed);
  if (code) return fromCode(code.authority, code.code);
  const horizontal = horizontalPart(trimmed);
  if (horizontal !== undefined) return compound(trimmed, parseCrs(horizontal));
  const meant = meantByText(trimmed);
  throw new QuadratError("usage", `"${shorten(text)}" is not a coordinate reference system`, {
    hint: meant === undefined ? `give ${forms}` : `write ${meant}`,
  });
}

function readCode(text: string): { authority: string; code: string } | undefined {
  const match =
    /^(\w+):(\w+)$/.exec(text) ??
    /^urn:ogc:def:crs:(\w+):[\w.]*:(\w+)$/i.exec(text) ??
    /^https?:\/\/www\.opengis\.net\/(?:def\/crs|gml\/srs)\/(\w+)[/.#][\w.]*?[/#]?(\w+)$/i.exec(text);
  if (!match) return undefined;
  return { authority: match[1]!.toUpperCase(), code: match[2]!.toUpperCase() };
}

function fromCode(authority: string, code: string): Crs {
  const id = `${authority}:${code}`;
  if (authority === "OGC" && own(ogc, code) !== undefined)
    return { ...fromCode("EPSG", String(ogc[code])), id };
  const horizontal = authority === "EPSG" ? horizontalCode(code) : undefined;
  if (horizontal !== undefined) return compound(id, fromCode("EPSG", horizontal));
  const entry = /^\d+$/.test(code) ? findCode(Number(code)) : undefined;
  if (!entry || entry.authority.toUpperCase() !== authority) throw unknownCode(id, entry);
  const replacement = withdrawnCodes[id];
  if (replacement !== undefined) {
    throw new QuadratError(
      "usage",
      `${id} (${entry.description}) was withdrawn, and sources disagree about its meaning`,
      {
        hint: `it was replaced by ${replacement}; the intended system can be given as a PROJ string or WKT`,
      },
    );
  }
  const areaOfUse = areaOf(entry);
  try {
    return make(id, { ...describeWkt(entry.wkt), name: entry.description, ...(areaOfUse && { areaOfUse }) });
  } catch (cause) {
    if (!(cause instanceof QuadratError)) throw cause;
    throw new QuadratError(cause.kind, `${id} (${entry.description}): ${cause.message}`, {
      cause,
      ...(cause.hint !== undefined && { hint: cause.hint }),
    });
  }
}

/** A compound system: of the vertical part nothing is needed. */
function compound(id: string, horizontal: Crs): Crs {
  return { ...horizontal, id, horizontal: horizontal.id };
}

function fromProjString(text: string): Crs {
  const init = /^\+?init=(epsg|esri):(\d+)/i.exec(text);
  if (init) return fromCode(init[1]!.toUpperCase(), init[2]!);
  const definition = definitionFromProjString(text);
  return make(text.replace(/\s+/g, " "), { name: projName(definition), definition });
}

function make(id: string, { name, definition, areaOfUse }: Described): Crs {
  const isGeographic = definition.projection === "longlat";
  const angular = isGeographic || definition.projection === "ob_tran";
  const unit = (angular ? angleUnitName : lengthUnitName)(definition.unitFactor);
  return { id, name, isGeographic, unit, definition, areaOfUse };
}

function projName({ projection, datum }: CrsDefinition): string {
  const title =
    projection === "longlat"
      ? "longitude and latitude"
      : (projectionMethods[projection]?.title ?? projection);
  return `${title} on ${datum.name === "unknown" ? "an unknown datum" : datum.name}`;
}

function areaOf({ extent }: CodeEntry): AreaOfUse | undefined {
  const [first] = extent ?? [];
  return (
    first && {
      name: first.areaname.replaceAll("~", "°"),
      west: first.llon,
      south: first.slat,
      east: first.rlon,
      north: first.nlat,
    }
  );
}

function unknownCode(id: string, entry: CodeEntry | undefined): QuadratError {
  const [authority = "", number = ""] = id.split(":");
  const meant = meantByCode(number);
  if (meant !== undefined) {
    return new QuadratError("usage", `${id} is not a known coordinate reference system`, {
      hint: `write ${meant}`,
    });
  }
  if (entry) {
    const listed = `${entry.authority.toUpperCase()}:${entry.wkid}`;
    return new QuadratError("usage", `${id} is not a known coordinate reference system`, {
      hint: `write ${listed} if you mean ${entry.description}`,
    });
  }
  const near = nearest(id, allCodes());
  return new QuadratError("usage", `${id} is not a known coordinate reference system`, {
    hint: [
      ["EPSG", "ESRI"].includes(authority) ? "" : "supported are codes of EPSG and ESRI, and OGC:CRS84; ",
      near ? `the nearest code is ${near}; ` : "",
      "a system that isn't listed can be given as a PROJ string or WKT",
    ].join(""),
  });
}

/** The same text on one line; what is between quotes stays. */
function compactWkt(text: string): string {
  return text.replace(/("(?:[^"]|"")*")|\s+/g, (_, quoted: string | undefined) => quoted ?? "");
}

function compactJson(text: string): string {
  return JSON.stringify(JSON.parse(text));
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
