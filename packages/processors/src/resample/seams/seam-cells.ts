import type { Grid } from "@quadrat/core/base";
import { insideDomain } from "./domain-edge.js";
import type { Lattice } from "../mapping/lattice.js";
import { cutAtLobes, drawIn, drawPart, extentOf, type LobePart } from "./lobes.js";
import { lobeOf, type PixelMap, type PixelSeams } from "../mapping/pixel-map.js";
import { emptyRing, push, signedArea, type Ring } from "../outlines/ring.js";
import {
  borderTolerance,
  cornersOf,
  hasAnyLonePole,
  hasLonePole,
  isAtBorder,
  isMissing,
  isWithinLobe,
  nearHalfTurn,
  rangeOf,
} from "./seam-corners.js";
import { sideFinder, traceCell } from "../outlines/sides.js";
import { wideRing, widthOf } from "./wide-cells.js";

/** A part of a cell's outline in the source's pixels. */
export interface SeamPart {
  readonly ring: Ring;
  /** A number shared by parts that are connected in the source, 0 for a cell that is connected as a whole. */
  readonly part: number;
}

/**
 * The outlines of cells that meet a seam. Where the source's CRS cuts the globe open, a point on the cut has an image on
 * each side, and a cell across it has parts on both sides. Such cells are outlined on the globe and cut there.
 */
export interface SeamCells {
  /** Whether a seam may touch the cell; its corners have images. */
  mayTouch(lattice: Lattice, column: number, row: number): boolean;
  /** Whether a seam may touch any cell of the block whose corners have images. */
  mayTouchAny(lattice: Lattice): boolean;
  /**
   * The parts of a cell, or "whole" if the outline through the images of its corners is right; undefined if this is not
   * known.
   */
  parts(
    lattice: Lattice,
    column: number,
    row: number,
    broken: boolean,
  ): readonly SeamPart[] | "whole" | undefined;
  /** The parts of an outline on the globe. */
  drawAll(ring: Ring): readonly SeamPart[];
}

/** Grids with at most this many columns, or cells, may have cells wider than half the globe. */
const fewColumns = 4;
const fewCells = 4096;
/** Outlines of a wide cell whose areas differ by no more than this fraction are the same. */
const likeArea = 1e-4;

export function seamCells(grid: Grid, map: PixelMap, seams: PixelSeams, tolerance: number): SeamCells {
  const { globe, lobes } = seams;
  const describe = sideFinder(grid, globe, tolerance);
  const describeWhole = sideFinder(grid, map, tolerance);
  const describeFrom = seams.sided.map((map) => sideFinder(grid, map, tolerance));
  const mayBeWide = grid.width <= fewColumns || grid.size <= fewCells;

  const mayTouch = (lattice: Lattice, column: number, row: number): boolean => {
    const points = lattice.globe!;
    const corners = cornersOf(lattice, column, row);
    if (rangeOf(points.longitudes, corners) >= nearHalfTurn) return true;
    if (hasLonePole(points, corners)) return true;
    if (lobes.length > 1) {
      const [first, ...others] = corners.map((corner) =>
        lobeOf(seams, points.longitudes, points.latitudes, corner),
      );
      if (others.some((lobe) => lobe !== first) || isAtBorder(seams, points, corners)) return true;
    }
    return isWide(column, row);
  };

  const isWide = (column: number, row: number): boolean =>
    mayBeWide && widthOf(grid, seams, column, row) >= nearHalfTurn;

  /** The outline of a cell with a seam along one side but none inside, as on a grid that begins at the seam. */
  const besideSeam = (column: number, row: number): Ring | undefined => {
    const block = { top: row, bottom: row + 1, left: column, right: column + 1 };
    for (const describe of describeFrom) {
      const { lattice, edges } = describe(block);
      if (edges.anyBroken || isMissing(lattice, column, row) || mayTouch(lattice, column, row)) continue;
      const ring = emptyRing();
      traceCell(ring, map, lattice, edges, column, row);
      return ring;
    }
    return undefined;
  };

  /** Whether the parts of a wide cell equal what the outline through its corners encloses. */
  const isSameDrawing = (column: number, row: number, parts: readonly SeamPart[]): boolean => {
    const { lattice, edges } = describeWhole({ top: row, bottom: row + 1, left: column, right: column + 1 });
    const ring = emptyRing();
    traceCell(ring, map, lattice, edges, column, row);
    const whole = Math.abs(signedArea(ring));
    const sum = parts.reduce((area, { ring }) => area + Math.abs(signedArea(ring)), 0);
    const [one, other] = [extentOf(ring), extentOf(joined(parts.map(({ ring }) => ring)))];
    const away = Math.max(Math.abs(one.west - other.west), Math.abs(one.east - other.east));
    return Math.abs(whole - sum) <= likeArea * sum && away <= likeArea * (other.east - other.west);
  };

  const onGlobe = (column: number, row: number): readonly Ring[] => {
    if (!isWide(column, row)) {
      const { lattice, edges } = describe({ top: row, bottom: row + 1, left: column, right: column + 1 });
      if (!edges.anyBroken && !isMissing(lattice, column, row)) {
        const ring = emptyRing();
        traceCell(ring, globe, lattice, edges, column, row);
        return [ring];
      }
    }
    const around = isWide(column, row) ? wideRing(grid, globe, column, row) : undefined;
    return around ? [around] : insideDomain(grid, globe, column, row, tolerance).map(({ ring }) => ring);
  };

  const draw = (part: LobePart): SeamPart | undefined => {
    const ring = drawPart(seams, map, part, tolerance);
    return ring && { ring, part: 16 * part.lobe + part.turns + 8 };
  };

  return {
    mayTouch,
    mayTouchAny(lattice) {
      if (!mayBeWide && isWithinLobe(seams, lattice) && !hasAnyLonePole(lattice)) return false;
      const { top, bottom, left, right } = lattice.block;
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) if (mayTouch(lattice, column, row)) return true;
      }
      return false;
    },
    parts(lattice, column, row, broken) {
      const beside = besideSeam(column, row);
      if (beside) return [{ ring: beside, part: 0 }];
      const rings = onGlobe(column, row);
      const parts = rings.flatMap((ring) => cutAtLobes(seams, ring, tolerance));
      const drawn = parts.map(draw).filter((part) => part !== undefined);
      if (drawn.length < parts.length) return undefined;
      if (broken) return drawn;
      const isWhole = isWide(column, row)
        ? isSameDrawing(column, row, drawn)
        : rings.length === 1 && isPlain(seams, lattice, column, row, rings[0]!, parts, tolerance);
      return isWhole ? "whole" : drawn;
    },
    drawAll: (ring) =>
      cutAtLobes(seams, ring, tolerance)
        .map(draw)
        .filter((part) => part !== undefined),
  };
}

function joined(rings: readonly Ring[]): Ring {
  const all = emptyRing();
  for (const { xs, ys, count } of rings) for (let i = 0; i < count; i++) push(all, xs[i]!, ys[i]!);
  return all;
}

/** Whether the image of every corner of a cell equals its limit from inside the cell. */
function isPlain(
  seams: PixelSeams,
  lattice: Lattice,
  column: number,
  row: number,
  ring: Ring,
  parts: readonly LobePart[],
  tolerance: number,
): boolean {
  const { affine } = seams.globe;
  const points = lattice.globe!;
  const corners = cornersOf(lattice, column, row);
  if (hasLonePole(points, corners) || parts.some(({ turns }) => turns !== 0)) return false;
  const longitudes = corners.map((corner) => (points.longitudes[corner]! * 180) / Math.PI);
  const { west, east } = extentOf(ring);
  const near = (x: number, longitude: number): boolean =>
    Math.abs(affine.a * x + affine.c - longitude) <= tolerance * affine.a;
  if (!near(west, Math.min(...longitudes)) || !near(east, Math.max(...longitudes))) return false;
  const used = [...new Set(parts.map(({ lobe }) => lobe))];
  const areSideBySide = used.some((one) =>
    used.some((other) => one !== other && seams.lobes[one]!.north === seams.lobes[other]!.north),
  );
  if (areSideBySide || isAtBorder(seams, points, corners)) return false;
  return used.every((lobe) => {
    const { west, east, south, north } = seams.lobes[lobe]!;
    return corners.every((corner) => {
      const [longitude, latitude] = [points.longitudes[corner]!, points.latitudes[corner]!];
      const isBeside = longitude < west - borderTolerance || longitude > east + borderTolerance;
      if (isBeside || latitude < south - borderTolerance || latitude > north + borderTolerance) return true;
      const xs = Float64Array.of(((longitude * 180) / Math.PI - affine.c) / affine.a);
      const ys = Float64Array.of(((latitude * 180) / Math.PI - affine.f) / affine.e);
      drawIn(seams, lobe, xs, ys, tolerance);
      return (
        Math.abs(xs[0]! - lattice.xs[corner]!) <= tolerance &&
        Math.abs(ys[0]! - lattice.ys[corner]!) <= tolerance
      );
    });
  });
}
