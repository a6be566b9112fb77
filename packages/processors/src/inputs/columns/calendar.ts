import type { CalendarDate } from "@quadrat/core";

const usualMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** The number of days of a month in a calendar as CF names it. */
export function daysInMonth(calendar: string, year: number, month: number): number {
  if (calendar === "360_day") return 30;
  const usual = usualMonths[month - 1]!;
  return month === 2 && isLeap(calendar, year) ? 29 : usual;
}

function isLeap(calendar: string, year: number): boolean {
  if (calendar === "noleap" || calendar === "365_day") return false;
  if (calendar === "all_leap" || calendar === "366_day") return true;
  const julian =
    calendar === "julian" || ((calendar === "standard" || calendar === "gregorian") && year < 1582);
  return year % 4 === 0 && (julian || year % 100 !== 0 || year % 400 === 0);
}

/** Year, month, day, hour, minute, second. */
export function partsOf({ year, month, day, hour, minute, second }: CalendarDate): readonly number[] {
  return [year, month, day, hour, minute, second];
}

/** A date of so many parts: 2 for a year and month, 3 with the day, 5 with hour and minute, 6 with the second. */
export function dateText(date: CalendarDate, parts: number): string {
  const [year, ...rest] = partsOf(date).slice(0, parts);
  const [month, day, hour, minute, second] = rest.map(twoDigits);
  const years = String(Math.abs(year!)).padStart(4, "0");
  const days = [year! < 0 ? `-${years}` : years, month, day].filter((part) => part !== undefined).join("-");
  const time = [hour, minute, second].filter((part) => part !== undefined).join(":");
  return time === "" ? days : `${days}T${time}`;
}

/** A date with no more parts than it needs. */
export function shortDate(date: CalendarDate): string {
  const { hour, minute, second } = date;
  if (second !== 0) return dateText(date, 6);
  return dateText(date, hour !== 0 || minute !== 0 ? 5 : 3);
}

/** What is wrong with a date in a calendar, in words that follow it, or undefined. */
export function calendarFault(parts: readonly number[], calendar: string): string | undefined {
  const [year = 0, month = 1, day = 1] = parts;
  if (month < 1 || month > 12) return `has the month ${month}`;
  const days = daysInMonth(calendar, year, month);
  if (day >= 1 && day <= days) return undefined;
  return `does not exist: in the calendar ${calendar} the month ${String(year).padStart(4, "0")}-${twoDigits(month)} has ${days} days`;
}

/** The number of a day in its calendar, counted from some day. */
export function dayNumber({ year, month, day }: CalendarDate, calendar: string): number {
  let days = 0;
  for (let earlier = 1; earlier < month; earlier++) days += daysInMonth(calendar, year, earlier);
  if (calendar === "360_day") return year * 360 + days + day;
  if (calendar === "noleap" || calendar === "365_day") return year * 365 + days + day;
  if (calendar === "all_leap" || calendar === "366_day") return year * 366 + days + day;
  const before = year - 1;
  const leaps =
    calendar === "julian"
      ? Math.floor(before / 4)
      : Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  return before * 365 + leaps + days + day;
}

function twoDigits(number: number): string {
  return String(Math.floor(number)).padStart(2, "0");
}
