import type { Crs } from "./crs.js";
import { sameDatum } from "./datum/plan.js";
import { sameCoordinates } from "./transform.js";

/** True when two systems are the same, however they were written: same datum, projection, parameters and unit. */
export function sameCrs(one: Crs, other: Crs): boolean {
  return (
    sameCoordinates(one.definition, other.definition) &&
    sameDatum(one.definition.datum, other.definition.datum)
  );
}
