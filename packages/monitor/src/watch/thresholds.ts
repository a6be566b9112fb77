import { QuadratError } from "@quadrat/core";
import type { MemoryLevel } from "@quadrat/core";

/** Shares of the limit. */
export interface Thresholds {
  /** At or above: a warning. */
  readonly warning: number;
  /** At or above: critical. */
  readonly critical: number;
  /** Below: recovered, and ready for the next warning. */
  readonly recovery: number;
}

export const defaultThresholds: Thresholds = { warning: 0.8, critical: 0.9, recovery: 0.7 };

/** @throws QuadratError unless 0 < recovery < warning < critical <= 1 */
export function checkThresholds(thresholds: Thresholds): Thresholds {
  const { recovery, warning, critical } = thresholds;
  if (0 < recovery && recovery < warning && warning < critical && critical <= 1) return thresholds;
  throw new QuadratError(
    "usage",
    `the memory thresholds are recovery ${recovery}, warning ${warning}, critical ${critical}`,
    {
      hint: "they must ascend in this order, above 0 and up to 1, such as 0.7, 0.8, 0.9",
      place: { key: "memory.warning_threshold" },
    },
  );
}

/** How short memory is, according to the last events. */
export type PressureState = "normal" | "warning" | "critical";

/**
 * Turns ratios into events, one for each crossing.
 *
 * - `warning` at or above its threshold; again only after a ratio below `recovery`.
 * - `critical` at or above its threshold; again only after a ratio below `warning`.
 * - `recovered` below `recovery`, if there was a warning or critical event since the last one.
 *
 * A jump over both thresholds gives both events, the warning first. Two events of the same level are at least the
 * cool-down apart: a crossing within it is held back, and emitted afterwards if the ratio is still there. A
 * critical event cancels a warning that is being held back.
 */
export class Hysteresis {
  readonly thresholds: Thresholds;
  readonly cooldownMs: number;
  #warned = false;
  #alarmed = false;
  readonly #last: Record<"warning" | "critical", number> = { warning: -Infinity, critical: -Infinity };

  constructor(thresholds: Thresholds, cooldownMs: number) {
    this.thresholds = checkThresholds(thresholds);
    this.cooldownMs = cooldownMs;
  }

  get state(): PressureState {
    if (this.#alarmed) return "critical";
    return this.#warned ? "warning" : "normal";
  }

  /** The events, in order, of a ratio measured at `time` (milliseconds). */
  observe(time: number, ratio: number): MemoryLevel[] {
    const { warning, critical, recovery } = this.thresholds;
    const events: MemoryLevel[] = [];
    if (ratio < warning) this.#alarmed = false;
    if (ratio < recovery && this.#warned) {
      this.#warned = false;
      events.push("recovered");
    }
    if (ratio >= warning && !this.#warned && this.#mayFire("warning", time)) {
      this.#warned = true;
      events.push("warning");
    }
    if (ratio >= critical && !this.#alarmed && this.#mayFire("critical", time)) {
      this.#warned = this.#alarmed = true;
      events.push("critical");
    }
    return events;
  }

  #mayFire(level: "warning" | "critical", time: number): boolean {
    if (time - this.#last[level] < this.cooldownMs) return false;
    this.#last[level] = time;
    return true;
  }
}
