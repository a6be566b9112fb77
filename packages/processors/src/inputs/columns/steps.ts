import { basename } from "node:path";
import { QuadratError, type CalendarDate } from "@quadrat/core";
import { compareDates, dateParts, type TimeConfig } from "@quadrat/core/host";
import { calendarFault, dateText, dayNumber, partsOf, shortDate } from "./calendar.js";

/** A step in time, and where it is. */
export interface Step {
  readonly date: CalendarDate;
  /** The position of its file among those of the series. */
  readonly file: number;
  /** From 0. */
  readonly layer: number;
}

/** The steps of all files in order of time, and those that `from` and `to` choose. */
export interface Series {
  readonly chosen: readonly Step[];
  /** The number of parts of a date in which all steps of the series differ. */
  readonly precision: number;
  readonly warnings: readonly string[];
}

/**
 * Puts the steps of files into order.
 * @param files their paths
 * @throws QuadratError if a time occurs twice, or none is chosen
 */
export function seriesOf(
  found: readonly Step[],
  { from, to }: Pick<TimeConfig, "from" | "to">,
  calendar: string,
  files: readonly string[],
): Series {
  const steps = found.toSorted((a, b) => compareDates(partsOf(a.date), partsOf(b.date)));
  refuseTwice(steps, files);
  const [first, last] = [dateParts(from ?? "") ?? [], dateParts(to ?? "") ?? []];
  for (const [key, parts] of [
    ["from", first],
    ["to", last],
  ] as const) {
    const wrong = calendarFault(parts, calendar);
    if (wrong !== undefined)
      throw new QuadratError("usage", `time: ${key} ${key === "from" ? from : to} ${wrong}`, {
        place: { key: "time" },
      });
  }
  const chosen = steps.filter(({ date }) => {
    const parts = partsOf(date);
    return compareDates(parts, first) >= 0 && compareDates(parts, last) <= 0;
  });
  if (chosen.length === 0) throw noSteps(steps, from, to);
  const precision = precisionOf(steps);
  return { chosen, precision, warnings: missingSteps(chosen, precision, calendar) };
}

function refuseTwice(steps: readonly Step[], files: readonly string[]): void {
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    if (!before || compareDates(partsOf(before.date), partsOf(step.date)) !== 0) continue;
    const names = [...new Set([before, step].map(({ file }) => files[file]!))];
    const date = shortDate(step.date);
    throw new QuadratError(
      "input",
      names.length === 1
        ? `${basename(names[0]!)} has the time ${date} twice`
        : `the time ${date} is there twice: in ${names.map((name) => basename(name)).join(" and in ")}`,
      {
        hint: "leave one of them out: a step counts once",
        place: { file: names.at(-1)!, key: "time" },
      },
    );
  }
}

function noSteps(steps: readonly Step[], from: string | undefined, to: string | undefined): QuadratError {
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first || !last)
    return new QuadratError("input", "the series has no steps: its time axis has length 0");
  const range = [from === undefined ? "" : `from ${from}`, to === undefined ? "" : `to ${to}`]
    .filter((text) => text !== "")
    .join(" ");
  return new QuadratError(
    "usage",
    `no step is in the range ${range}: the series has ${steps.length}, from ${shortDate(first.date)} to ${shortDate(last.date)}`,
    { place: { key: "time" } },
  );
}

/** Parts of the labels of steps: month, day, minute, second. */
const precisions = [2, 3, 5, 6] as const;

function precisionOf(steps: readonly Step[]): number {
  const differ = (parts: number): boolean =>
    new Set(steps.map(({ date }) => dateText(date, parts))).size === steps.length;
  return precisions.find(differ) ?? 6;
}

/** Missing months or days that are named. */
const mostNamed = 5;

/** A warning about gaps, if most steps are a month or a day apart. */
function missingSteps(steps: readonly Step[], precision: number, calendar: string): string[] {
  if (precision > 3 || steps.length < 3) return [];
  const position = ({ date }: Step): number =>
    precision === 2 ? date.year * 12 + date.month - 1 : dayNumber(date, calendar);
  const gaps = steps.slice(1).map((step, index) => position(step) - position(steps[index]!));
  const usual = gaps.filter((gap) => gap === 1).length;
  const missing = gaps.reduce((sum, gap) => sum + Math.max(0, gap - 1), 0);
  if (missing === 0 || usual * 2 < gaps.length) return [];
  const unit = precision === 2 ? "months" : "days";
  const after = gaps.flatMap((gap, index) => (gap > 1 ? [steps[index]!] : []));
  const named = after.slice(0, mostNamed).map(({ date }) => dateText(date, precision));
  const more = after.length > named.length ? " and others" : "";
  return [
    `${missing} ${missing === 1 ? unit.slice(0, -1) : unit} missing in the series: after ${named.join(", ")}${more}`,
  ];
}
