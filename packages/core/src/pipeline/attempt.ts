import type { Progress } from "./progress.js";

/** Starts something that a run can do without; a failure is a warning that names who failed. */
export function attempt(
  { who, to, progress }: { readonly who: string; readonly to: string; readonly progress: Progress },
  work: () => void | Promise<void> | undefined,
): void {
  new Promise((resolve) => resolve(work())).catch((error: unknown) => {
    progress.log("warning", `${who} failed to ${to}: ${String(error)}`);
  });
}
