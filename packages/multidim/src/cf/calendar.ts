/** Calendars of CF, under one name each. */
export type Calendar = "standard" | "proleptic_gregorian" | "julian" | "noleap" | "all_leap" | "360_day";

const names: Readonly<Record<string, Calendar>> = {
  standard: "standard",
  gregorian: "standard",
  proleptic_gregorian: "proleptic_gregorian",
  julian: "julian",
  noleap: "noleap",
  "365_day": "noleap",
  all_leap: "all_leap",
  "366_day": "all_leap",
  "360_day": "360_day",
};

export const calendarNames: readonly string[] = Object.keys(names);

/** The calendar of a name; the standard one without a name; undefined if there is none. */
export function calendarOf(name: string | undefined): Calendar | undefined {
  if (name === undefined) return "standard";
  const key = name.toLowerCase();
  return Object.hasOwn(names, key) ? names[key] : undefined;
}

export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const leapLengths = monthLengths.map((length, month) => (month === 1 ? 29 : length));

/** 15 October 1582, the first day of the Gregorian calendar, as a number of Julian days. */
const gregorianStart = 2299161;

/** A day as a number: days of the calendar from a beginning of its own. Days that it does not have give undefined. */
export function dayNumber(calendar: Calendar, { year, month, day }: Day): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > monthLength(calendar, year, month)) return undefined;
  const before = (lengths: readonly number[]): number =>
    lengths.slice(0, month - 1).reduce((sum, length) => sum + length, 0) + day - 1;
  switch (calendar) {
    case "360_day":
      return year * 360 + (month - 1) * 30 + day - 1;
    case "noleap":
      return year * 365 + before(monthLengths);
    case "all_leap":
      return year * 366 + before(leapLengths);
    case "julian":
      return julianDay(year, month, day);
    case "proleptic_gregorian":
      return gregorianDay(year, month, day);
    case "standard": {
      const gregorian = gregorianDay(year, month, day);
      if (gregorian >= gregorianStart) return gregorian;
      const julian = julianDay(year, month, day);
      // The days from 5 to 14 October 1582 do not exist.
      return julian < gregorianStart ? julian : undefined;
    }
  }
}

/** The day of a number. */
export function dayOf(calendar: Calendar, number: number): Day {
  switch (calendar) {
    case "360_day": {
      const inYear = modulo(number, 360);
      return { year: Math.floor(number / 360), month: Math.floor(inYear / 30) + 1, day: (inYear % 30) + 1 };
    }
    case "noleap":
      return inMonths(Math.floor(number / 365), modulo(number, 365), monthLengths);
    case "all_leap":
      return inMonths(Math.floor(number / 366), modulo(number, 366), leapLengths);
    case "julian":
      return julianDate(number);
    case "proleptic_gregorian":
      return gregorianDate(number);
    case "standard":
      return number >= gregorianStart ? gregorianDate(number) : julianDate(number);
  }
}

export function monthLength(calendar: Calendar, year: number, month: number): number {
  if (calendar === "360_day") return 30;
  return (isLeap(calendar, year) ? leapLengths : monthLengths)[month - 1]!;
}

function isLeap(calendar: Calendar, year: number): boolean {
  if (calendar === "noleap") return false;
  if (calendar === "all_leap") return true;
  const isJulian = calendar === "julian" || (calendar === "standard" && year <= 1582);
  return year % 4 === 0 && (isJulian || year % 100 !== 0 || year % 400 === 0);
}

function inMonths(year: number, dayInYear: number, lengths: readonly number[]): Day {
  let [month, left] = [0, dayInYear];
  while (left >= lengths[month]!) left -= lengths[month++]!;
  return { year, month: month + 1, day: left + 1 };
}

/** Years from March, so that the leap day is the last one; counted from 4800 years before the year 0. */
function fromMarch(year: number, month: number): readonly [years: number, days: number] {
  const shift = month <= 2 ? 1 : 0;
  return [year + 4800 - shift, Math.floor((153 * (month + 12 * shift - 3) + 2) / 5)];
}

function julianDay(year: number, month: number, day: number): number {
  const [years, days] = fromMarch(year, month);
  return day + days + 365 * years + Math.floor(years / 4) - 32083;
}

function gregorianDay(year: number, month: number, day: number): number {
  const [years, days] = fromMarch(year, month);
  return (
    day +
    days +
    365 * years +
    Math.floor(years / 4) -
    Math.floor(years / 100) +
    Math.floor(years / 400) -
    32045
  );
}

function julianDate(number: number): Day {
  return fromCycle(number + 32082, 0);
}

function gregorianDate(number: number): Day {
  const days = number + 32044;
  const centuries = Math.floor((4 * days + 3) / 146097);
  return fromCycle(days - Math.floor((146097 * centuries) / 4), 100 * centuries);
}

/** From days since a March in cycles of four years. */
function fromCycle(days: number, years: number): Day {
  const inCycle = Math.floor((4 * days + 3) / 1461);
  const rest = days - Math.floor((1461 * inCycle) / 4);
  const month = Math.floor((5 * rest + 2) / 153);
  return {
    day: rest - Math.floor((153 * month + 2) / 5) + 1,
    month: month + 3 - 12 * Math.floor(month / 10),
    year: years + inCycle - 4800 + Math.floor(month / 10),
  };
}

function modulo(value: number, divisor: number): number {
  return value - divisor * Math.floor(value / divisor);
}
