import { QuadratError } from "@quadrat/core/base";
import type { Crs, Datum, Ellipsoid } from "../crs.js";
import { sameEllipsoid, wgs84 } from "../ellipsoids.js";
import type { Kernel } from "../projections/projection.js";
import { areaBox, coveredShare, intersection, size } from "./area.js";
import { helmert } from "./helmert.js";
import { directShifts, gridShifts, shiftsToWgs84, wgs84Code, type Box, type Shift } from "./operations.js";

/** How longitudes and latitudes get from one datum to another. */
export interface DatumPlan {
  /** On longitudes from Greenwich and latitudes in radians; empty where positions stay as they are. */
  readonly steps: readonly Kernel[];
  readonly warnings: readonly string[];
}

/** Metres that a shift may be off outside the area it was made for, if that is half of the area in question. */
const strayError = 4;

/**
 * The shift between the datums of two systems, without grid files: one operation for all points, the one with the least
 * expected error over the area of use of both. A datum that nothing is known of is taken for WGS 84, with a warning
 * unless it is a sphere, which has no other meaning.
 * @throws QuadratError of kind "usage" when they are not on the same celestial body
 */
export function planDatumShift(from: Crs, to: Crs): DatumPlan {
  const source = from.definition.datum;
  const target = to.definition.datum;
  if (Math.abs(source.ellipsoid.a / target.ellipsoid.a - 1) > 0.01) {
    throw new QuadratError("usage", `${from.id} and ${to.id} are not on the same celestial body`, {
      hint: `their radii are ${source.ellipsoid.a} m and ${target.ellipsoid.a} m`,
    });
  }
  if (sameDatum(source, target)) return { steps: [], warnings: [] };

  const area = commonArea(from, to);
  return directPlan(source, target, area) ?? planThroughWgs84(source, target, area);
}

/** True when a position has the same longitude and latitude in both, by definition. */
export function sameDatum(one: Datum, other: Datum): boolean {
  if (one.toWgs84 !== undefined || other.toWgs84 !== undefined) {
    const mine = definedShift(one);
    const theirs = definedShift(other);
    return (
      mine !== undefined &&
      theirs !== undefined &&
      sameEllipsoid(one.ellipsoid, other.ellipsoid) &&
      [0, 1, 2, 3, 4, 5, 6].every((index) => (mine[index] ?? 0) === (theirs[index] ?? 0))
    );
  }
  if (one.code !== undefined || other.code !== undefined) return one.code === other.code;
  return one.name === other.name && sameEllipsoid(one.ellipsoid, other.ellipsoid);
}

/** The shift to WGS 84 that is part of a definition; for WGS 84 itself, none at all. */
function definedShift(datum: Datum): readonly number[] | undefined {
  return datum.toWgs84 ?? (datum.code === wgs84Code ? [] : undefined);
}

function commonArea(from: Crs, to: Crs): Box | undefined {
  const one = from.areaOfUse && areaBox(from.areaOfUse);
  const other = to.areaOfUse && areaBox(to.areaOfUse);
  if (!one || !other) return one ?? other;
  return intersection(one, other) ?? (size(one) < size(other) ? one : other);
}

function directPlan(source: Datum, target: Datum, area: Box | undefined): DatumPlan | undefined {
  if (source.code === undefined || target.code === undefined || source.toWgs84 || target.toWgs84)
    return undefined;
  const there = best(directShifts(source.code, target.code), area);
  const back = best(directShifts(target.code, source.code), area);
  if (!there && !back) return undefined;
  const step = there
    ? helmert(there.parameters, source.ellipsoid, target.ellipsoid, "forward")
    : helmert(back!.parameters, source.ellipsoid, target.ellipsoid, "inverse");
  return { steps: [step], warnings: [] };
}

function planThroughWgs84(source: Datum, target: Datum, area: Box | undefined): DatumPlan {
  const there = toWgs84(source, area);
  const back = toWgs84(target, area);
  const steps: Kernel[] = [];
  if (there.parameters) steps.push(helmert(there.parameters, source.ellipsoid, wgs84, "forward"));
  if (back.parameters) steps.push(helmert(back.parameters, wgs84, target.ellipsoid, "inverse"));
  return { steps, warnings: [there.warning, back.warning].filter((warning) => warning !== undefined) };
}

interface ToWgs84 {
  readonly parameters?: readonly number[];
  readonly warning?: string;
}

function toWgs84(datum: Datum, area: Box | undefined): ToWgs84 {
  const given = definedShift(datum);
  if (given) return given.some((value) => value !== 0) ? { parameters: given } : {};
  const known = datum.code === undefined ? undefined : best(shiftsToWgs84(datum.code), area);
  if (known) {
    if (known.parameters.every((value) => value === 0)) return {};
    return { parameters: known.parameters, warning: shiftWarning(datum, known, area) };
  }
  const warning = ballparkWarning(datum);
  return warning === undefined ? {} : { warning };
}

/** The shift with the least expected error over an area; over all that the shifts cover when it isn't known. */
function best(shifts: readonly Shift[], area: Box | undefined): Shift | undefined {
  const reference = area ?? shifts.map((shift) => shift.area).sort((a, b) => size(b) - size(a))[0];
  const scored = shifts.map((shift) => {
    const share = reference ? coveredShare(reference, shift.area) : 1;
    return { shift, error: shift.accuracy + (strayError * (1 - share)) / Math.max(share, 1e-3) };
  });
  scored.sort((a, b) => a.error - b.error || size(a.shift.area) - size(b.shift.area));
  return scored[0]?.shift;
}

function shiftWarning(datum: Datum, shift: Shift, area: Box | undefined): string {
  const kind = shift.parameters.length === 3 ? "three" : "seven";
  const share = area ? coveredShare(area, shift.area) : 1;
  const grid = gridShifts(datum.code ?? "")
    .filter((candidate) => !area || coveredShare(area, candidate.area) > 0.5)
    .sort((a, b) => a.accuracy - b.accuracy)[0];
  return [
    `${datum.name} is shifted to WGS 84 by ${kind} parameters (EPSG:${shift.code}), right to about ${shift.accuracy} m`,
    share < 0.5 ? " in the part of the area that they were made for, worse elsewhere" : "",
    grid && grid.accuracy < shift.accuracy
      ? `; the grid file ${grid.file} (${grid.accuracy} m) would be better and is not used`
      : "",
  ].join("");
}

function ballparkWarning({ name, ellipsoid, grids }: Datum): string | undefined {
  if (grids.length > 0) {
    return `the grid files ${grids.join(", ")} are not read: positions may be off by up to 200 m`;
  }
  if (ellipsoid.rf === 0) return undefined;
  if (!isModern(ellipsoid)) {
    return `no shift from ${name} to WGS 84 is known: it is left out, and positions may be off by several hundred metres`;
  }
  if (name === unknownDatum) return undefined;
  return `no shift from ${name} to WGS 84 is known: they are taken for one, as modern datums are to about 2 m`;
}

/** The ellipsoids of satellite geodesy (GRS 1980, WGS 84, PZ-90, GSK-2011), unlike those of the surveys before. */
function isModern({ a, rf }: Ellipsoid): boolean {
  return Math.abs(a - wgs84.a) <= 2 && Math.abs(rf - wgs84.rf) < 0.003;
}

/** The name of the datum of a definition that only says which ellipsoid. */
export const unknownDatum = "unknown";
