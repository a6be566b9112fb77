import { basename } from "node:path";
import { QuadratError, type CalendarDate } from "@quadrat/core";
import type { DatePart, NamedFile } from "@quadrat/core/host";
import { calendarFault, daysInMonth } from "./calendar.js";

/** The calendar of dates in file names. */
export const fileCalendar = "standard";

/**
 * Refuses placeholders that do not make a date, or that distinguish files otherwise than by their dates.
 * @throws QuadratError
 */
export function checkPlaceholders(dates: readonly DatePart[], others: readonly string[]): void {
  const has = (part: DatePart): boolean => dates.includes(part);
  const lacking = (
    [
      ["MM", "YYYY"],
      ["DDD", "YYYY"],
      ["DD", "MM"],
      ["hh", has("DDD") ? "DDD" : "DD"],
      ["mm", "hh"],
    ] as const
  ).find(([part, needed]) => has(part) && !has(needed));
  if (lacking) throw fault(`{${lacking[0]}} needs {${lacking[1]}}: a date begins with its year`);
  if (has("DDD") && (has("MM") || has("DD")))
    throw fault("{DDD} is the day of the year, and can't be used together with {MM} or {DD}");
  if (others.length > 0)
    throw fault(
      `{${others[0]}} can't be used together with a date: the files of a series differ in their dates alone`,
      "make an entry of each, or write * for what does not matter",
    );
}

/** The date in a file's name. */
export function dateOfFile({ path, digits }: NamedFile): CalendarDate {
  const number = (part: DatePart, otherwise: number): number =>
    digits[part] === undefined ? otherwise : Number(digits[part]);
  const year = number("YYYY", 0);
  let [month, day] = [number("MM", 1), number("DD", 1)];
  if (digits.DDD !== undefined) [month, day] = monthAndDay(year, number("DDD", 1));
  const [hour, minute] = [number("hh", 0), number("mm", 0)];
  const wrong =
    calendarFault([year, month, day], fileCalendar) ??
    (hour > 23 || minute > 59 ? "has no time of day that exists" : undefined);
  if (wrong !== undefined)
    throw new QuadratError("input", `the date in the name of ${basename(path)} ${wrong}`, {
      hint: "move the file, or make the pattern more specific",
      place: { file: path },
    });
  return { year, month, day, hour, minute, second: 0 };
}

function monthAndDay(year: number, dayOfYear: number): [month: number, day: number] {
  let day = dayOfYear;
  for (let month = 1; month < 12; month++) {
    const days = daysInMonth(fileCalendar, year, month);
    if (day <= days) return [month, day];
    day -= days;
  }
  return [12, day];
}

function fault(message: string, hint?: string): QuadratError {
  return new QuadratError("usage", message, { ...(hint !== undefined && { hint }), place: { key: "path" } });
}
