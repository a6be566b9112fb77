import type { Style } from "../style.js";
import type { ClosableProgress, LogLine, ProgressStream } from "./closable-progress.js";
import { Task } from "./task.js";

const redrawEvery = 100;
const barWidth = 24;
const hideCursor = "\u001b[?25l";
const showCursor = "\u001b[?25h";

/**
 * Progress for people: a bar for every running task, redrawn in place; each finished task stays as a line
 * above.
 */
export function terminalProgress(
  stream: ProgressStream,
  { log, style, now }: { readonly log: LogLine; readonly style: Style; readonly now: () => number },
): ClosableProgress {
  const tasks = new Map<string, Task>();
  let drawn = 0;
  let drawnAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  const erase = (): string => (drawn > 0 ? `\r\u001b[${drawn}A\u001b[J` : "");
  const draw = (above = ""): void => {
    const time = now();
    const bars = Array.from(
      tasks.values(),
      (task) => `${barLine(task, time, stream.columns || 80, style)}\n`,
    );
    stream.write(`${erase()}${above}${bars.join("")}`);
    drawn = bars.length;
    drawnAt = time;
  };
  const rest = (): void => {
    clearInterval(timer);
    timer = undefined;
    stream.write(showCursor);
  };

  return {
    log(level, message) {
      const line = log(level, message);
      if (line !== undefined) draw(`${line}\n`);
    },
    start(name, total, unit) {
      tasks.set(name, new Task(name, total, unit, now()));
      if (!timer) {
        timer = setInterval(draw, redrawEvery);
        timer.unref();
        stream.write(hideCursor);
      }
      draw();
    },
    advance(name, amount) {
      const time = now();
      tasks.get(name)?.advance(amount, time);
      // A busy event loop keeps the timer from firing.
      if (time - drawnAt >= redrawEvery) draw();
    },
    end(name, outcome = "done") {
      const task = tasks.get(name);
      if (!task) return;
      tasks.delete(name);
      const mark = outcome === "done" ? style.green(outcome) : style.yellow(outcome);
      draw(`${mark} ${name} ${style.dim(task.summary(now(), outcome))}\n`);
      if (tasks.size === 0) rest();
    },
    close() {
      if (!timer) return;
      tasks.clear();
      draw();
      rest();
    },
  };
}

function barLine(task: Task, time: number, columns: number, style: Style): string {
  const share = task.share ?? 0;
  const full = Math.floor(share * barWidth);
  const bar = `${"█".repeat(full)}${"░".repeat(barWidth - full)}`;
  const facts = task.describe(time);
  const room = Math.max(8, columns - 1 - barWidth - facts.length - 4);
  const name = task.name.length > room ? `${task.name.slice(0, room - 1)}…` : task.name;
  const line = `${name}  ${bar}  ${facts}`;
  return line.length < columns ? `${style.bold(name)}  ${bar}  ${facts}` : line.slice(0, columns - 1);
}
