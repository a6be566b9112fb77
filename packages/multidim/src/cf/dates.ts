import type { CalendarDate } from "@quadrat/core/base";
import { fault, readingOf } from "../fault.js";
import { groupOf, shownName, signature, textOf, type Container, type Variable } from "../model.js";
import type { Axis } from "./axes.js";
import type { Calendar } from "./calendar.js";
import { readAxis } from "./read-all.js";
import { lookUp, namesIn } from "./scope.js";
import { isTimeUnits, timeScale } from "./time.js";

export interface Dates {
  readonly calendar: Calendar;
  /** Those of all steps. Threads that read steps by their numbers never ask. */
  dates(): CalendarDate[];
}

/** The dates of a variable: along its axis of time, or one of a single value among its coordinates. */
export async function datesOf(
  container: Container,
  variable: Variable,
  time: Axis | undefined,
): Promise<Dates | undefined> {
  const { path } = container;
  const coordinates = time?.coordinates ?? singleTime(container, variable);
  if (!coordinates) return undefined;
  if (time?.dimension.length === 0) {
    throw fault(
      path,
      `${signature(variable)} has no time step: its dimension ${time.dimension.name} has length 0`,
      {
        key: "path",
      },
    );
  }
  const { attributes } = coordinates;
  const scale = timeScale(textOf(attributes, "units") ?? "", textOf(attributes, "calendar"));
  const name = shownName(coordinates.path);
  if (typeof scale === "string") throw fault(path, `the dates of ${name} can't be read: ${scale}`);
  const values = await readingOf(path, name, () => readAxis(coordinates));
  for (const [position, value] of values.entries())
    if (!scale.isDate(value))
      throw fault(path, `value ${position} of ${name} is ${value}, which is not a date`);
  return {
    calendar: scale.calendar,
    dates: () => Array.from(values, (value) => scale.dateOf(value)!),
  };
}

function singleTime(container: Container, variable: Variable): Variable | undefined {
  for (const name of namesIn(variable.attributes.get("coordinates"))) {
    const found = lookUp(container, groupOf(variable.path), name);
    if (
      found?.shape.length === 0 &&
      found.type !== undefined &&
      isTimeUnits(textOf(found.attributes, "units"))
    )
      return found;
  }
  return undefined;
}
