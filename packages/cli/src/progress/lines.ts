import { formatCount } from "../units.js";
import type { ClosableProgress, LogLine, ProgressStream } from "./closable-progress.js";
import { Task } from "./task.js";

const betweenLines = 10_000;

/** Progress for logs and pipes: a line when a task begins, one every ten seconds, and one when it ends. */
export function lineProgress(
  stream: ProgressStream,
  { log, now }: { readonly log: LogLine; readonly now: () => number },
): ClosableProgress {
  const tasks = new Map<string, { readonly task: Task; told: number }>();
  const tell = (line: string): void => void stream.write(`${line}\n`);
  return {
    log(level, message) {
      const line = log(level, message);
      if (line !== undefined) tell(line);
    },
    start(name, total, unit) {
      tasks.set(name, { task: new Task(name, total, unit, now()), told: now() });
      tell(total > 0 ? `${name}: ${formatCount(total)} ${unit}` : name);
    },
    advance(name, amount) {
      const entry = tasks.get(name);
      if (!entry) return;
      const time = now();
      entry.task.advance(amount, time);
      if (time - entry.told < betweenLines) return;
      entry.told = time;
      tell(`${name}: ${entry.task.describe(time)}`);
    },
    end(name, outcome = "done") {
      const entry = tasks.get(name);
      if (entry) tell(`${name}: ${outcome}, ${entry.task.summary(now(), outcome)}`);
      tasks.delete(name);
    },
    close: () => tasks.clear(),
  };
}
