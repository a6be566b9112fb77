import type { QuadratError } from "@quadrat/core";
import type { MemoryEvent } from "./reading.js";

/** Something that went wrong around the monitor and did not stop it. */
export interface MonitorFailure {
  /** `backend`, or the name of the callback. */
  readonly name: string;
  /**
   * `threw`: it failed; `hung`: it has not finished in time, and is still waited for; `skipped`: the event was
   * replaced by a newer one while the callback was busy; `invalid`: the backend's sample is not a measurement.
   */
  readonly reason: "threw" | "hung" | "skipped" | "invalid";
  /** An error that names what failed, with the original failure as its cause. */
  readonly error: QuadratError;
  /** The level that the callback was called with. */
  readonly event?: MemoryEvent;
}

/** The default destination of failures. */
export function warnOfFailure(failure: MonitorFailure): void {
  process.emitWarning(failure.error.message, { type: "QuadratMemoryWarning", code: "QUADRAT_MEMORY" });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
