/** How dates are written: a year, and as much more of the date and the time of day as is meant. */
export const datePattern = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2}))?)?Z?)?)?)?$/;

/** Year, month, day, hour, minute and second as far as they are written; undefined if it is not a date. */
export function dateParts(text: string): readonly number[] | undefined {
  const found = datePattern.exec(text);
  return found?.slice(1).flatMap((part) => (part === undefined ? [] : [Number(part)]));
}

/** Compares dates as far as both are written: 1991 is neither before nor after 1991-06. */
export function compareDates(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return 0;
}

/** What is wrong with a date in every calendar, or undefined. */
export function dateFault(text: string): string | undefined {
  const parts = dateParts(text);
  if (!parts) return `${text} is not a date; allowed: 1991, 1991-01, 1991-01-31, 1991-01-31T12:00`;
  const [, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
  if (month < 1 || month > 12) return `${text} has the month ${month}`;
  if (day < 1 || day > 31) return `${text} has the day ${day}`;
  if (hour > 23 || minute > 59 || second > 59) return `${text} has no time of day that exists`;
  return undefined;
}
