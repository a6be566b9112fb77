import type { Bounds, Grid } from "@quadrat/core";
import {
  createTransform,
  hasLongitudes,
  parseCrs,
  placeOf,
  type CoordinateTransform,
  type Crs,
} from "@quadrat/crs";
import { coveringBounds } from "../../grid/covering.js";
import { clip } from "../../tables/circles/clip.js";
import { shapeOf, type Shape } from "../cells/shape.js";
import type { Rings } from "../feature.js";
import { mapLine, short, type Line } from "./densify.js";
import { areaOf, boxOf, joined } from "./line.js";

export interface PlacedShape {
  readonly shape: Shape;
  /** For each ring 1 if it adds what it encloses, -1 if it takes that away. */
  readonly fills: readonly (1 | -1)[];
}

/** What is known of a grid onto which shapes are brought. */
export type Frame = Pick<Grid, "crs" | "width" | "height" | "bounds"> &
  Readonly<Record<"x" | "y", Pick<Grid["x"], "first" | "step">>>;

/** Brings shapes from their own CRS into the cells of a grid. */
export interface Placer {
  readonly warnings: readonly string[];
  /** What lies outside of all of them does not meet the grid, in the shapes' own coordinates; undefined if that is not known. */
  readonly windows: readonly Bounds[] | undefined;
  /** Columns after which longitudes repeat, 0 if x is not a longitude. */
  readonly turn: number;
  /** Undefined if the shape does not meet the grid. */
  place(rings: Rings, fills: readonly (1 | -1)[]): PlacedShape | undefined;
  /** The number of shapes that have points without an image on the grid. */
  readonly cut: number;
}

/** @param tolerance by how much, in cells, an edge may deviate from its image */
export function createPlacer(crs: string, grid: Frame, tolerance: number): Placer {
  const [own, target] = [parseCrs(crs), parseCrs(grid.crs)];
  const { x, y, width, height } = grid;
  const [xmin, , xmax, ymax] = grid.bounds;
  const footprint = {
    width,
    height,
    affine: { a: x.step, b: 0, c: x.first, d: 0, e: y.step, f: y.first },
  };
  const transform = createTransform(own, target, placeOf(footprint, target));
  const turn = hasLongitudes(target) ? (2 * Math.PI) / target.definition.unitFactor / x.step : 0;
  const ownTurn = hasLongitudes(own) ? (2 * Math.PI) / own.definition.unitFactor : 0;
  const ownPole = own.isGeographic ? Math.PI / 2 / own.definition.unitFactor : Infinity;
  if (transform.identity) {
    // The same roundings as in GDAL.
    const [perX, perY] = [1 / x.step, 1 / y.step];
    const [fromX, fromY] = [-x.first / x.step, -y.first / y.step];
    return {
      warnings: transform.warnings,
      windows: turned([xmin, grid.bounds[1], xmax, ymax], ownTurn),
      turn,
      cut: 0,
      place: ({ xs, ys, starts }, fills) => ({
        shape: shapeOf(along(xs, fromX, perX), along(ys, fromY, perY), starts),
        fills,
      }),
    };
  }
  return new Projecting(
    target,
    grid,
    transform,
    windowOf(footprint, own, target, ownTurn),
    turn,
    ownTurn,
    ownPole,
    tolerance,
  );
}

/** Coordinates in cells. */
function along(values: Float64Array, from: number, per: number): Float64Array {
  const cells = new Float64Array(values.length);
  for (let i = 0; i < cells.length; i++) cells[i] = from + values[i]! * per;
  return cells;
}

/** The bounds of the grid in the shapes' own coordinates, with a margin. */
function windowOf(
  footprint: Parameters<typeof coveringBounds>[0],
  own: Crs,
  target: Crs,
  ownTurn: number,
): Bounds | undefined {
  const bounds = coveringBounds(footprint, target, own);
  if (!bounds) return undefined;
  const [west, south, east, north] = bounds;
  const margin = 0.02;
  const [across, along] = [(east - west) * margin, (north - south) * margin];
  // Sampled bounds may miss a part of a turn.
  const isAround = ownTurn > 0 && east - west + 2 * across >= 0.9 * ownTurn;
  return isAround
    ? [-Infinity, south - along, Infinity, north + along]
    : [west - across, south - along, east + across, north + along];
}

/** A window, and those a turn away, since longitudes may be written so. */
function turned([west, south, east, north]: Bounds, turn: number): Bounds[] {
  const shifts = turn === 0 || !Number.isFinite(west) ? [0] : [-turn, 0, turn];
  return shifts.map((shift): Bounds => [west + shift, south, east + shift, north]);
}

class Projecting implements Placer {
  readonly warnings: readonly string[];
  readonly windows: readonly Bounds[] | undefined;
  readonly turn: number;
  cut = 0;
  readonly #grid: Frame;
  readonly #transform: CoordinateTransform;
  readonly #clipTo: Bounds;
  readonly #ownTurn: number;
  readonly #tolerance: number;
  readonly #toCells: (xs: Float64Array, ys: Float64Array) => void;
  readonly #poleRow: number;
  #isCut = false;

  constructor(
    target: Crs,
    grid: Frame,
    transform: CoordinateTransform,
    clipTo: Bounds | undefined,
    turn: number,
    ownTurn: number,
    ownPole: number,
    tolerance: number,
  ) {
    const { x, y } = grid;
    this.warnings = transform.warnings;
    this.#grid = grid;
    this.#transform = transform;
    const [west, south, east, north] = clipTo ?? [-Infinity, -Infinity, Infinity, Infinity];
    this.#clipTo = [west, Math.max(south, -ownPole), east, Math.min(north, ownPole)];
    this.#ownTurn = ownTurn;
    this.#tolerance = tolerance;
    this.turn = turn;
    this.#toCells = transform.onto(x.step, x.first, y.step, y.first);
    this.#poleRow = target.isGeographic ? Math.PI / 2 / target.definition.unitFactor : 0;
    this.windows = clipTo && turned(clipTo, ownTurn);
  }

  place({ xs, ys, starts }: Rings, fills: readonly (1 | -1)[]): PlacedShape | undefined {
    const found: Line[] = [];
    const foundFills: (1 | -1)[] = [];
    this.#isCut = false;
    for (let ring = 0; ring + 1 < starts.length; ring++) {
      const line = {
        xs: xs.subarray(starts[ring], starts[ring + 1]),
        ys: ys.subarray(starts[ring], starts[ring + 1]),
      };
      for (const piece of this.#within(line)) {
        for (const placed of this.#project(piece)) {
          if (placed.xs.length < 3) continue;
          found.push(placed);
          foundFills.push(fills[ring]!);
        }
      }
    }
    if (this.#isCut) this.cut++;
    return found.length === 0 ? undefined : { shape: joined(found), fills: foundFills };
  }

  /** The parts of a line near the grid. */
  #within(line: Line): Line[] {
    const [west, south, east, north] = this.#clipTo;
    const box = boxOf(line);
    const shifts: number[] = [];
    if (this.#ownTurn === 0 || !Number.isFinite(west)) shifts.push(0);
    else
      for (
        let turns = Math.ceil((west - box.east) / this.#ownTurn);
        box.west + turns * this.#ownTurn <= east;
        turns++
      )
        shifts.push(turns * this.#ownTurn);
    return shifts.flatMap((shift) => {
      if (box.west + shift > east || box.east + shift < west || box.south > north || box.north < south)
        return [];
      const isInside =
        box.west + shift >= west && box.east + shift <= east && box.south >= south && box.north <= north;
      if (isInside && shift === 0) return [line];
      const part = clip(
        { ...line, count: line.xs.length },
        { west, south, east, north, shift, longest: Infinity },
      );
      return part.count < 3 ? [] : [part];
    });
  }

  #project(line: Line): Line[] {
    const { seams } = this.#transform;
    if (seams) return this.#intoLobes(line, seams);
    const mapped = this.#withoutGaps(mapLine(line, this.#toCells, this.#tolerance, this.turn));
    return [this.turn === 0 ? mapped : this.#unwound(line, mapped, this.turn, (pole) => this.#rowOf(pole))];
  }

  /** A projection that cuts the globe open takes each part of the globe by itself. */
  #intoLobes(
    line: Line,
    { lobes, unit, toGlobe, fromGlobe }: NonNullable<CoordinateTransform["seams"]>,
  ): Line[] {
    const { x, y } = this.#grid;
    const tolerance = this.#tolerance * Math.min(x.step, -y.step) * unit;
    const globe = this.#withoutGaps(mapLine(line, toGlobe, tolerance, 2 * Math.PI));
    const around = this.#unwound(line, globe, 2 * Math.PI, (pole) => (pole * Math.PI) / 2);
    const box = boxOf(around);
    const found: Line[] = [];
    for (const [index, lobe] of lobes.entries()) {
      for (let turns = -2; turns <= 2; turns++) {
        const shift = turns * 2 * Math.PI;
        if (
          box.east + shift < lobe.west ||
          box.west + shift > lobe.east ||
          box.north < lobe.south ||
          box.south > lobe.north
        )
          continue;
        const part = clip({ ...around, count: around.xs.length }, { ...lobe, shift, longest: Infinity });
        if (part.count < 3) continue;
        const map = (xs: Float64Array, ys: Float64Array): void => {
          fromGlobe(xs, ys, index);
          for (let i = 0; i < xs.length; i++) {
            xs[i] = (xs[i]! - x.first) / x.step;
            ys[i] = (ys[i]! - y.first) / y.step;
          }
        };
        found.push(this.#withoutGaps(mapLine(part, map, this.#tolerance, 0)));
      }
    }
    return found;
  }

  /** The line without the points that have no image. */
  #withoutGaps(line: Line): Line {
    const { xs, ys } = line;
    const isSound = (_: number, i: number): boolean => Number.isFinite(xs[i]! + ys[i]!);
    if (xs.every(isSound)) return line;
    this.#isCut = true;
    return { xs: xs.filter(isSound), ys: ys.filter(isSound) };
  }

  #rowOf(pole: 1 | -1): number {
    const { y } = this.#grid;
    return (pole * this.#poleRow - y.first) / y.step;
  }

  /** Removes jumps of a turn; a line around a pole is closed along it. */
  #unwound(source: Line, { xs, ys }: Line, turn: number, rowOf: (pole: 1 | -1) => number): Line {
    let last = 0;
    for (let i = 1; i < xs.length; i++) {
      xs[i] = xs[last]! + short(xs[i]! - xs[last]!, turn);
      last = i;
    }
    if (xs.length < 3) return { xs, ys };
    const turns = Math.round((xs[last]! - xs[0]!) / turn);
    if (turns === 0) return { xs, ys };
    const isEastward = turns > 0;
    const isLeft = areaOf(source) > 0 !== this.#transform.mirrored;
    const row = rowOf(isEastward === isLeft ? 1 : -1);
    const end = xs[0]! + turns * turn;
    const [closedX, closedY] = [new Float64Array(xs.length + 3), new Float64Array(xs.length + 3)];
    closedX.set(xs);
    closedX.set([end, end, xs[0]!], xs.length);
    closedY.set(ys);
    closedY.set([ys[0]!, row, row], xs.length);
    return { xs: closedX, ys: closedY };
  }
}
