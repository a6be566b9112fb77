import type { CellTarget } from "@quadrat/core";
import type { Scratch } from "../tables/scratch.js";
import type { RowRecords } from "./cells/row-records.js";
import type { Polygons } from "./polygons.js";
import type { PlacedPolygon, RangeJob } from "./range-job.js";
import type { Placer } from "./shapes/place.js";

/** Polygons that have been put into cells. */
export interface Made {
  readonly job: RangeJob;
  readonly target: CellTarget;
  readonly scratch: Scratch;
  readonly records: RowRecords;
  readonly polygons: Polygons;
  readonly placer: Placer;
  /** By the number of a feature that of its polygon. */
  readonly numbers: ReadonlyMap<number, number>;
  /** Reads the polygons once more. */
  readonly again: () => AsyncIterable<PlacedPolygon>;
  /** For records in memory. */
  readonly bytes: number;
}
