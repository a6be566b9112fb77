import { QuadratError } from "@quadrat/core/base";
import type { PlainStep } from "../chain.js";
import type { Crs, Datum, Ellipsoid } from "../crs.js";
import { sameEllipsoid, wgs84 } from "../ellipsoids.js";
import { areaBox, coveredShare, groundShare, intersection, size } from "./area.js";
import { helmert } from "./helmert.js";
import { directShifts, gridShifts, shiftsToWgs84, wgs84Code, type Box, type Shift } from "./operations.js";

/** How longitudes and latitudes are shifted from one datum to another. */
export interface DatumPlan {
  /** On longitudes from Greenwich and latitudes in radians; empty where positions stay as they are. */
  readonly steps: readonly PlainStep[];
  readonly warnings: readonly string[];
  /** True when there are several shifts, and the place of the data decides which is used. */
  readonly byPlace: boolean;
}

/** Metres that a shift may be off outside the area it was made for, if that is half of the area in question. */
const strayError = 4;

/** Degrees, about a decimetre: the least width and height that a place is taken to have, as that of a single point. */
const leastSide = 1e-6;

/** Where a shift is for. */
interface Where {
  /** The area of use of both systems. */
  readonly area: Box | undefined;
  /** The part of it that the data are in, where that is known. */
  readonly place: Box | undefined;
}

/**
 * The shift between the datums of two systems, without grid files: one operation for all points. It is the one that
 * PROJ ranks first for the place of the data; without a place, or where no operation reaches it, the one with the least
 * expected error over the area of use of both. A datum that nothing is known of is taken for WGS 84, with a warning
 * unless it is a sphere, which has no other meaning.
 * @throws QuadratError of kind "usage" when they are not on the same celestial body
 */
export function planDatumShift(from: Crs, to: Crs, place?: Box): DatumPlan {
  const source = from.definition.datum;
  const target = to.definition.datum;
  if (Math.abs(source.ellipsoid.a / target.ellipsoid.a - 1) > 0.01) {
    throw new QuadratError("usage", `${from.id} and ${to.id} are not on the same celestial body`, {
      hint: `their radii are ${source.ellipsoid.a} m and ${target.ellipsoid.a} m`,
    });
  }
  if (sameDatum(source, target)) return { steps: [], warnings: [], byPlace: false };

  const area = commonArea(from, to);
  const where = { area, place: place && within(solid(place), area) };
  return directPlan(source, target, where) ?? planThroughWgs84(source, target, where);
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

/** A place that has a width and a height, so that shares of it can be taken. */
function solid([west, south, east, north]: Box): Box {
  const [across, up] = [west > east ? leastSide : east - west, north - south].map(
    (side) => Math.max(0, leastSide - side) / 2,
  ) as [number, number];
  return [west - across, south - up, east + across, north + up];
}

/** The part of a place inside an area of use; undefined for all of it. */
function within(place: Box, area: Box | undefined): Box | undefined {
  if (!area) return place;
  return coveredShare(area, place) > 1 - 1e-9 ? undefined : (intersection(place, area) ?? place);
}

function directPlan(source: Datum, target: Datum, where: Where): DatumPlan | undefined {
  if (source.code === undefined || target.code === undefined || source.toWgs84 || target.toWgs84)
    return undefined;
  const forward = directShifts(source.code, target.code);
  const shifts = forward.length > 0 ? forward : directShifts(target.code, source.code);
  const shift = best(shifts, where);
  if (!shift) return undefined;
  const way = shifts === forward ? "forward" : "inverse";
  const step = helmert(shift.parameters, source.ellipsoid, target.ellipsoid, way);
  return { steps: [step], warnings: [], byPlace: isChosen(shifts) };
}

function planThroughWgs84(source: Datum, target: Datum, where: Where): DatumPlan {
  const there = toWgs84(source, where);
  const back = toWgs84(target, where);
  const steps: PlainStep[] = [];
  if (there.parameters) steps.push(helmert(there.parameters, source.ellipsoid, wgs84, "forward"));
  if (back.parameters) steps.push(helmert(back.parameters, wgs84, target.ellipsoid, "inverse"));
  const warnings = [there.warning, back.warning].filter((warning) => warning !== undefined);
  return { steps, warnings, byPlace: there.byPlace || back.byPlace };
}

interface ToWgs84 {
  readonly parameters?: readonly number[];
  readonly warning?: string;
  readonly byPlace: boolean;
}

function toWgs84(datum: Datum, where: Where): ToWgs84 {
  const given = definedShift(datum);
  if (given) return { ...moving(given), byPlace: false };
  const shifts = datum.code === undefined ? [] : shiftsToWgs84(datum.code);
  const known = best(shifts, where);
  if (!known) return { ...warned(ballparkWarning(datum)), byPlace: false };
  const byPlace = isChosen(shifts);
  const { parameters } = moving(known.parameters);
  return parameters ? { parameters, warning: shiftWarning(datum, known, where), byPlace } : { byPlace };
}

/** Parameters that change positions. */
function moving(parameters: readonly number[]): Pick<ToWgs84, "parameters"> {
  return parameters.some((value) => value !== 0) ? { parameters } : {};
}

function warned(warning: string | undefined): Pick<ToWgs84, "warning"> {
  return warning === undefined ? {} : { warning };
}

/** True when the place of the data may decide which shift is taken. */
function isChosen(shifts: readonly Shift[]): boolean {
  return shifts.length > 1 && shifts.some(({ parameters }) => parameters.some((value) => value !== 0));
}

function best(shifts: readonly Shift[], { area, place }: Where): Shift | undefined {
  return (place && bestAt(place, shifts)) ?? bestOver(area, shifts);
}

/** PROJ's first: covers most of the place, then is the most accurate, then is made for the smallest area. */
function bestAt(place: Box, shifts: readonly Shift[]): Shift | undefined {
  const reaching = shifts
    .map((shift) => ({ shift, share: Math.round(groundShare(place, shift.area) * 1e9) }))
    .filter(({ share }) => share > 0);
  reaching.sort(
    (a, b) =>
      b.share - a.share || a.shift.accuracy - b.shift.accuracy || size(a.shift.area) - size(b.shift.area),
  );
  return reaching[0]?.shift;
}

/** The shift with the least expected error over an area; over all that the shifts cover when it isn't known. */
function bestOver(area: Box | undefined, shifts: readonly Shift[]): Shift | undefined {
  const reference = area ?? shifts.map((shift) => shift.area).sort((a, b) => size(b) - size(a))[0];
  const scored = shifts.map((shift) => {
    const share = reference ? coveredShare(reference, shift.area) : 1;
    return { shift, error: shift.accuracy + (strayError * (1 - share)) / Math.max(share, 1e-3) };
  });
  scored.sort((a, b) => a.error - b.error || size(a.shift.area) - size(b.shift.area));
  return scored[0]?.shift;
}

function shiftWarning(datum: Datum, shift: Shift, where: Where): string {
  const area = where.place ?? where.area;
  const kind = shift.parameters.length === 3 ? "three" : "seven";
  const share = area ? coveredShare(area, shift.area) : 1;
  const grid = gridShifts(datum.code ?? "")
    .filter((candidate) => !area || coveredShare(area, candidate.area) > 0.5)
    .sort((a, b) => a.accuracy - b.accuracy)[0];
  return [
    `${datum.name} is shifted to WGS 84 by ${kind} parameters (EPSG:${shift.code}), accurate to about ${shift.accuracy} m`,
    share < 0.5 ? " in the part of the area for which they were made, less elsewhere" : "",
    grid && grid.accuracy < shift.accuracy
      ? `; the grid file ${grid.file} (${grid.accuracy} m) would be more accurate but is not used`
      : "",
  ].join("");
}

function ballparkWarning({ name, ellipsoid, grids }: Datum): string | undefined {
  if (grids.length > 0) {
    return `the grid files ${grids.join(", ")} are not read: positions may be off by up to 200 m`;
  }
  if (ellipsoid.rf === 0) return undefined;
  if (!isModern(ellipsoid)) {
    return `no shift from ${name} to WGS 84 is known: none is applied, and positions may be off by several hundred metres`;
  }
  if (name === unknownDatum) return undefined;
  return `no shift from ${name} to WGS 84 is known: they are treated as identical, as modern datums are to about 2 m`;
}

/** The ellipsoids of satellite geodesy (GRS 1980, WGS 84, PZ-90, GSK-2011), unlike those of the surveys before. */
function isModern({ a, rf }: Ellipsoid): boolean {
  return Math.abs(a - wgs84.a) <= 2 && Math.abs(rf - wgs84.rf) < 0.003;
}

/** The name of the datum of a definition that only says which ellipsoid. */
export const unknownDatum = "unknown";
