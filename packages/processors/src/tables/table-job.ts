import type { CoordinateTransform } from "@quadrat/crs";
import type { Rules } from "./judge.js";
import type { MeasurePlan } from "./measures/measure-plan.js";
import type { TableReader } from "./reader.js";

/** A table that is to be put on the grid. */
export interface TableJob {
  /** The dataset's name. */
  readonly name: string;
  readonly reader: TableReader;
  readonly rules: Rules;
  readonly plan: MeasurePlan;
  readonly strict: boolean;
  readonly crs: string;
  /** From the table's CRS to the grid's; undefined when they are the same. */
  readonly toGrid: CoordinateTransform | undefined;
  /** Back, for messages. */
  readonly fromGrid: CoordinateTransform | undefined;
  readonly crsWarnings: readonly string[];
}
