/** What a run would do about a dataset, and why. */
export interface DatasetWork {
  readonly name: string;
  /** `reuse` what an earlier run has staged, `resume` where one was interrupted, or `stage` all of it. */
  readonly action: "reuse" | "resume" | "stage";
  readonly reason: string;
}
