import type { CalendarDate } from "@quadrat/core/base";
import { calendarNames, calendarOf, dayNumber, dayOf, type Calendar } from "./calendar.js";

/** Turns numbers of a time coordinate into dates. */
export interface TimeScale {
  readonly calendar: Calendar;
  /** Not NaN and numbers without a date. */
  isDate(value: number): boolean;
  /** undefined for what is no date. */
  dateOf(value: number): CalendarDate | undefined;
}

const millisecond = 1;
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Lengths of units, in milliseconds. */
const units: Readonly<Record<string, number>> = {
  ...named(millisecond, "millisecond milliseconds millisec millisecs msec msecs ms"),
  ...named(second, "second seconds sec secs s"),
  ...named(minute, "minute minutes min mins"),
  ...named(hour, "hour hours hr hrs h"),
  ...named(day, "day days d"),
  ...named(7 * day, "week weeks"),
};

function named(length: number, names: string): Record<string, number> {
  return Object.fromEntries(names.split(" ").map((name) => [name, length]));
}

const sinceForm = /^\s*([a-z]+)\s+(?:since|after|from|ref|@)\s+(\S.*?)\s*$/i;

/** Whether units are those of a time: such as `days since 1990-01-01`. */
export function isTimeUnits(text: string | undefined): boolean {
  return text !== undefined && sinceForm.test(text);
}

/** The scale of `units` in a calendar, or in words why there is none. */
export function timeScale(unitsText: string, calendarName: string | undefined): TimeScale | string {
  const [, unit = "", since = ""] = sinceForm.exec(unitsText) ?? [];
  const calendar = calendarOf(calendarName);
  if (!calendar)
    return `the calendar "${calendarName}" is not known; those of CF are: ${calendarNames.join(", ")}`;
  const length = lengthOf(unit.toLowerCase(), calendar);
  if (length === undefined) {
    const isVague = /^(month|year)s?$|^(mon|yr)s?$/i.test(unit);
    return isVague
      ? `${unit} have different lengths, so that "${unitsText}" does not determine dates`
      : `the units "${unitsText}" are not those of a time: days, hours, minutes or seconds since a date`;
  }
  const origin = parseOrigin(since, calendar);
  if (origin === undefined)
    return `"${since}" in the units "${unitsText}" is not a date of the calendar ${calendar}`;
  const millisecondsAt = (value: number): number => {
    const whole = Math.floor(value);
    // Days and their fractions apart, so that no digits of the fraction are lost.
    return Math.round((value - whole) * length) + origin.ms + whole * length;
  };
  const isDate = (value: number): boolean =>
    Number.isFinite(value) && Math.abs(millisecondsAt(value)) <= 2 ** 53;
  return {
    calendar,
    isDate,
    dateOf(value) {
      if (!isDate(value)) return undefined;
      const ms = millisecondsAt(value);
      const days = Math.floor(ms / day);
      const rest = ms - days * day;
      return {
        ...dayOf(calendar, origin.day + days),
        hour: Math.floor(rest / hour),
        minute: Math.floor((rest % hour) / minute),
        second: (rest % minute) / second,
      };
    },
  };
}

function lengthOf(unit: string, calendar: Calendar): number | undefined {
  // Where all months have 30 days, their lengths are known.
  if (calendar === "360_day" && /^months?$/.test(unit)) return 30 * day;
  if (calendar === "360_day" && /^years?$/.test(unit)) return 360 * day;
  return Object.hasOwn(units, unit) ? units[unit] : undefined;
}

const dateForm =
  /^([-+]?\d{1,5})-(\d{1,2})-(\d{1,2})(?:(?:\s+|T)(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?)?)?\s*(Z|UTC|GMT|[-+]?\d{1,2}(?::?\d{2})?)?$/i;

interface Origin {
  readonly day: number;
  readonly ms: number;
}

function parseOrigin(text: string, calendar: Calendar): Origin | undefined {
  const match = dateForm.exec(text);
  if (!match) return undefined;
  const [year, month, dayInMonth] = match.slice(1, 4).map(Number) as [number, number, number];
  const number = dayNumber(calendar, { year, month, day: dayInMonth });
  const [hours, minutes, seconds] = match.slice(4, 7).map((part = "0") => Number(part)) as [
    number,
    number,
    number,
  ];
  if (number === undefined || hours > 24 || minutes > 59 || seconds >= 61) return undefined;
  const ms = hours * hour + minutes * minute + Math.round(seconds * second) - zoneOf(match[7]);
  return { day: number, ms };
}

/** The offset of a time zone, in milliseconds. */
function zoneOf(text: string | undefined): number {
  const match = /^([-+]?)(\d{1,2})(?::?(\d{2}))?$/.exec(text ?? "");
  if (!match) return 0;
  const size = Number(match[2]) * hour + Number(match[3] ?? 0) * minute;
  return match[1] === "-" ? -size : size;
}
