import type { Grid } from "@quadrat/core";
import {
  circleColumns,
  placeWithCircles,
  randomPlacer,
  type CircleFindings,
} from "./circles/place-circles.js";
import { placeCodes } from "./codes/place-codes.js";
import type { Extent } from "./extent.js";
import { placeByTransform, placeDirectly, type PlacedColumns } from "./place.js";
import type { Piece, Work } from "./reader.js";
import { sqlJudged } from "./records/judged.js";
import type { TableJob } from "./table-job.js";

/**
 * Judges and places the records of a part: a query of `slot` (the cell, or the reason why there is none), x, y and v. If
 * numbered, also of the number of each record, its coordinates as given (`rx`, `ry`) and on the grid (`gx`, `gy`), and its
 * further columns.
 */
export type Placer = (piece: Piece, numbered: boolean) => Promise<string>;

/** A placer for one reading of a table from its first part to its last. */
export function placerOf(
  job: TableJob,
  grid: Grid,
  work: Work,
  extent: Extent,
  findings: CircleFindings,
): Placer {
  const { further, toGrid, circles, rules } = job;
  const numberedColumns: PlacedColumns = {
    also: ["record", "misfits", "rx", "ry", ...further.columns.map(({ alias }) => alias)],
    inGrid: true,
  };
  const plain: PlacedColumns = { also: [], inGrid: false };
  const draw = circles?.assign === "random" ? randomPlacer(grid, work, circles, findings) : undefined;
  return async (piece, numbered) => {
    const columns = numbered ? numberedColumns : plain;
    if (rules.code) return placeCodes(job, piece, numbered, grid, work, extent, columns);
    if (!circles) {
      const judged = sqlJudged(job, piece, numbered);
      // SQL does not know the mask.
      const transform = toGrid ?? (work.mask && { transform: () => undefined });
      return transform
        ? placeByTransform(judged, grid, work, transform, extent, columns)
        : placeDirectly(judged, grid, columns);
    }
    const judged = sqlJudged(job, piece, numbered, { made: [`${circles.radius} AS u`] });
    if (draw) return draw(judged, extent, columns);
    const also = [...columns.also, ...circleColumns];
    return placeWithCircles(judged, grid, work, circles, extent, findings, { ...columns, also });
  };
}
