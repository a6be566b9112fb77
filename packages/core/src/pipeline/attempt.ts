import type { Progress } from "./progress.js";

/** Begins what a run can do without; who fails to is told in a warning. */
export function attempt(
  { who, to, progress }: { readonly who: string; readonly to: string; readonly progress: Progress },
  work: () => void | Promise<void> | undefined,
): void {
  new Promise((resolve) => resolve(work())).catch((error: unknown) => {
    progress.log("warning", `${who} failed to ${to}: ${String(error)}`);
  });
}
