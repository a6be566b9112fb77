import type { CalendarDate } from "@quadrat/core";
import type { TimeGroup } from "@quadrat/core/host";
import { dateText } from "./calendar.js";
import type { Step } from "./steps.js";

/** Steps that are taken together, in order of time. */
export interface StepGroup {
  /** What its column is named by; empty for all steps. */
  readonly label: string;
  readonly steps: readonly Step[];
}

const seasons = ["DJF", "MAM", "JJA", "SON"] as const;

/**
 * The groups of steps, in order; a group without a step does not exist.
 * @param precision parts of the dates that name single steps
 */
export function groupsOf(steps: readonly Step[], by: TimeGroup, precision: number): readonly StepGroup[] {
  const groups = new Map<string, Step[]>();
  for (const step of steps) {
    const label = labelOf(step.date, by, precision);
    const group = groups.get(label) ?? [];
    group.push(step);
    groups.set(label, group);
  }
  const order = [...groups].map(([label, own]) => ({ label, steps: own }));
  if (by === "month") order.sort((a, b) => Number(a.label) - Number(b.label));
  if (by === "season") order.sort((a, b) => seasonOf(a.label) - seasonOf(b.label));
  return order;
}

function labelOf(date: CalendarDate, by: TimeGroup, precision: number): string {
  switch (by) {
    case "step":
      return dateText(date, precision);
    case "month":
      return String(date.month).padStart(2, "0");
    case "season":
      return seasons[Math.floor((date.month % 12) / 3)]!;
    case "year":
      return dateText(date, 1);
    case "all":
      return "";
  }
}

function seasonOf(label: string): number {
  return seasons.findIndex((season) => season === label);
}
