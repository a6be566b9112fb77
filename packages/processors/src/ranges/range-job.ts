import type { Feature, FeatureReader } from "./feature.js";
import type { RangePlan } from "./plan.js";
import type { Examined } from "./shapes/examine.js";
import type { PlacedShape } from "./shapes/place.js";

/** A file of polygons to put on a grid. */
export interface RangeJob {
  /** The dataset's name. */
  readonly name: string;
  readonly reader: FeatureReader;
  readonly crs: string;
  readonly plan: RangePlan;
}

/** A polygon in the cells of the grid. */
export interface PlacedPolygon {
  readonly feature: Feature;
  readonly examined: Examined;
  /** Undefined if it does not meet the grid. */
  readonly placed: PlacedShape | undefined;
}
