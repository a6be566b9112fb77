import type { MeasurePlan } from "./measures/measure-plan.js";
import type { SpreadPlan } from "./measures/spread.js";
import type { CheckPlan } from "./checks/plan.js";
import type { PointTable, Transforms } from "./transforms.js";

/** A table to put on a grid. */
export interface Table extends PointTable {
  /** The dataset's name. */
  readonly name: string;
  readonly plan: MeasurePlan;
  /** Set if the table becomes several columns. */
  readonly spread: SpreadPlan | undefined;
  /** The column of the species' names, if records have one. */
  readonly species: string | undefined;
  readonly strict: boolean;
  readonly checks: CheckPlan;
  /** Whether the records that are left out are kept as they were given. */
  readonly rejected: boolean;
}

export interface TableJob extends Table, Transforms {}
