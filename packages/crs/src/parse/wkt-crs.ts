import { QuadratError } from "@quadrat/core/base";
import type { AreaOfUse, CrsDefinition, Datum } from "../crs.js";
import { degree } from "../units.js";
import { completeDefinition, namedDatum } from "./definition.js";
import {
  definitionOfDerived,
  definitionOfProjection,
  degrees,
  type Described,
  type WrittenProjection,
} from "./described.js";
import { definitionFromProjString } from "./proj-string.js";
import { child, children, nameOf, numberOf, parseWkt, type WktNode } from "./wkt.js";

const projected = ["PROJCS", "PROJCRS", "PROJECTEDCRS"];
const geographic = [
  "GEOGCS",
  "GEOGCRS",
  "GEOGRAPHICCRS",
  "GEODCRS",
  "GEODETICCRS",
  "BASEGEOGCRS",
  "BASEGEODCRS",
];
const compound = ["COMPD_CS", "COMPOUNDCRS"];
const horizontal = [...projected, ...geographic, "BOUNDCRS"];
const units = ["UNIT", "ANGLEUNIT", "LENGTHUNIT"];

/**
 * Reads WKT 1 (GDAL's and Esri's) or WKT 2. Of a compound system the horizontal part is taken.
 * @throws QuadratError of kind "usage" for what can't be read or isn't supported
 */
export function describeWkt(text: string): Described {
  return describe(parseWkt(text));
}

function describe(node: WktNode): Described {
  const { keyword } = node;
  if (compound.includes(keyword))
    return { ...describe(required(node, "horizontal system", ...horizontal)), name: nameOf(node) };
  if (keyword === "BOUNDCRS") return describeBound(node);
  const area = areaOf(node);
  const found = { name: nameOf(node), ...(area && { areaOfUse: area }) };
  if (projected.includes(keyword)) return { ...found, definition: projectedDefinition(node) };
  if (geographic.includes(keyword)) return { ...found, definition: geographicDefinition(node) };
  throw new QuadratError("usage", `a coordinate system of the WKT kind ${keyword} is not supported`, {
    hint: "it must be geographic or projected",
  });
}

function geographicDefinition(node: WktNode): CrsDefinition {
  const system = child(node, "CS");
  if (nameOf(system).toLowerCase() === "cartesian") {
    throw new QuadratError("usage", `${nameOf(node)} is geocentric, which is not supported`, {
      hint: "it must be geographic or projected",
    });
  }
  if (child(node, "DERIVINGCONVERSION")) {
    return definitionOfDerived({ ...conversionOf(node), unitFactor: unitOf(node) ?? degree });
  }
  return completeDefinition({
    projection: "longlat",
    parameters: {},
    datum: datumOf(node),
    primeMeridian: primeMeridianOf(node),
    unitFactor: unitOf(node) ?? degree,
  });
}

function projectedDefinition(node: WktNode): CrsDefinition {
  const extension = children(node, "EXTENSION").find((extra) => nameOf(extra) === "PROJ4");
  if (extension) return definitionFromProjString(String(extension.values[1] ?? ""));
  const unitFactor = unitOf(node) ?? 1;
  return definitionOfProjection({ ...conversionOf(node), lengthUnit: unitFactor, unitFactor });
}

/** The base, the method and its parameters of a system that is made from another. */
function conversionOf(node: WktNode): Omit<WrittenProjection, "unitFactor"> {
  const base = required(node, "geographic system", ...geographic);
  const conversion = child(node, "CONVERSION", "DERIVINGCONVERSION") ?? node;
  return {
    method: nameOf(required(conversion, "projection", "PROJECTION", "METHOD")),
    parameters: children(conversion, "PARAMETER").map((parameter) => {
      const unit = child(parameter, ...units, "SCALEUNIT");
      return {
        name: nameOf(parameter),
        value: numberOf(parameter, 1),
        ...(unit && { unit: numberOf(unit, 1) }),
      };
    }),
    angleUnit: unitOf(base) ?? degree,
    lengthUnit: 1,
    directions: children(node, "AXIS").map((axis) => String(axis.values[1] ?? "").toLowerCase()),
    datum: datumOf(base),
    primeMeridian: primeMeridianOf(base),
  };
}

function datumOf(node: WktNode): Datum {
  const datum = required(node, "datum", "DATUM", "ENSEMBLE", "TRF", "GEODETICDATUM");
  const spheroid = required(datum, "ellipsoid", "SPHEROID", "ELLIPSOID");
  const scale = numberOf(child(spheroid, "LENGTHUNIT", "UNIT"), 1) || 1;
  const ellipsoid = { a: numberOf(spheroid, 1) * scale, rf: numberOf(spheroid, 2) };
  const shift = child(datum, "TOWGS84");
  const parameters = shift && checkShift(shift.values.map(Number));
  return namedDatum(nameOf(datum), ellipsoid, parameters, epsgCodeOf(datum));
}

function epsgCodeOf(node: WktNode): string | undefined {
  const id = child(node, "ID", "AUTHORITY");
  return nameOf(id).toUpperCase() === "EPSG" ? String(id?.values[1]) : undefined;
}

/** WKT 1 has the prime meridian in degrees whatever the unit (as GDAL and Esri write it), WKT 2 in its own unit. */
function primeMeridianOf(node: WktNode): number {
  const meridian = child(node, "PRIMEM", "PRIMEMERIDIAN");
  if (!meridian) return 0;
  return degrees(numberOf(meridian, 1), numberOf(child(meridian, ...units), 1) || degree);
}

/** The size of the unit of the axes: radians or metres. */
function unitOf(node: WktNode): number | undefined {
  const unit = child(node, ...units) ?? children(node, "AXIS").flatMap((axis) => children(axis, ...units))[0];
  return unit && numberOf(unit, 1);
}

function areaOf(node: WktNode): AreaOfUse | undefined {
  const holder = child(node, "USAGE") ?? node;
  const box = child(holder, "BBOX");
  const [south, west, north, east] = (box?.values ?? []).map(Number);
  if (south === undefined || west === undefined || north === undefined || east === undefined)
    return undefined;
  return { name: nameOf(child(holder, "AREA")), west, south, east, north };
}

/** A system that brings its own shift to WGS 84. */
function describeBound(node: WktNode): Described {
  const source = describe(required(child(node, "SOURCECRS"), "source system", ...horizontal));
  const transformation = required(node, "transformation", "ABRIDGEDTRANSFORMATION");
  const file = child(transformation, "PARAMETERFILE");
  const method = nameOf(child(transformation, "METHOD")).toLowerCase();
  const target = describe(required(child(node, "TARGETCRS"), "target system", ...horizontal));
  if (target.definition.datum.code !== "6326") {
    throw new QuadratError("usage", `a shift to ${target.name} is not supported`, { hint: "only to WGS 84" });
  }
  if (file || !/geocentric translation|position vector|coordinate frame/.test(method)) {
    throw new QuadratError(
      "usage",
      `the shift to WGS 84 by ${file ? `the grid file ${String(file.values[1])}` : method} is not supported`,
      {
        hint: "give the system as an EPSG code or a PROJ string with +towgs84",
      },
    );
  }
  const values = children(transformation, "PARAMETER").map((parameter) => numberOf(parameter, 1));
  const sign = method.includes("coordinate frame") ? -1 : 1;
  const shift = checkShift(
    values.map((value, index) => {
      if (index < 3) return value;
      return index === 6 ? (value - 1) * 1e6 : sign * value;
    }),
  );
  const { datum } = source.definition;
  return {
    ...source,
    definition: { ...source.definition, datum: { ...datum, code: undefined, toWgs84: shift } },
  };
}

function checkShift(values: readonly number[]): readonly number[] {
  if ((values.length === 3 || values.length === 7) && values.every(Number.isFinite)) return values;
  throw new QuadratError("usage", `the shift to WGS 84 (${values.join(", ")}) is not 3 or 7 numbers`);
}

function required(node: WktNode | undefined, what: string, ...keywords: string[]): WktNode {
  const found = child(node, ...keywords);
  if (found) return found;
  throw new QuadratError(
    "usage",
    `the WKT${node ? ` of ${nameOf(node) || node.keyword}` : ""} has no ${what}`,
    {
      hint: `one of ${keywords.join(", ")} is expected in it`,
    },
  );
}
