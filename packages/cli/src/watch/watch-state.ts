import type { PageData } from "../html-report/page-types.js";

/** What the page about a run in progress shows. */
export interface WatchState {
  /** Texts by what they are. */
  readonly facts: Readonly<Record<FactName, string>>;
  readonly chart: Omit<PageData["run"], "stages">;
  /** How the run has ended; null while it goes on. */
  readonly ended: string | null;
}

export const factNames = {
  stage: "stage",
  elapsed: "time",
  memory: "memory",
  peak: "peak",
  sizes: "sizes",
} as const;

export type FactName = keyof typeof factNames;
