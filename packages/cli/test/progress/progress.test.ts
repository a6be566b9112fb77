import { describe, expect, it } from "vitest";
import { createProgress } from "../../src/progress/progress.js";
import type { ProgressOptions } from "../../src/progress/progress.js";
import { Task } from "../../src/progress/task.js";
import { createStyle } from "../../src/style.js";
import { Screen } from "./screen.js";

const plain = createStyle({ isTTY: false });

/** A progress on a stream, at a time that the test sets. */
function setUp(
  options: Partial<ProgressOptions> & { readonly isTTY?: boolean; readonly columns?: number } = {},
) {
  const { isTTY = false, columns = 80, ...rest } = options;
  const written: string[] = [];
  const clock = { time: 0 };
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  const progress = createProgress(stream, {
    json: false,
    quiet: false,
    style: plain,
    now: () => clock.time,
    ...rest,
  });
  return { progress, clock, written, text: () => written.join("") };
}

describe("a task", () => {
  it("knows its share, its rate of late and the time left", () => {
    const task = new Task("merge", 1000, "cells", 0);
    expect(task.describe(0)).toBe("0 %");
    for (let second = 1; second <= 30; second++) task.advance(10, second * 1000);
    expect(task.rate(30_000)).toBeCloseTo(10);
    expect(task.describe(30_000)).toBe("30 %, 10 cells/s, 1 min 10 s left");
    for (let second = 31; second <= 42; second++) task.advance(50, second * 1000);
    expect(task.rate(42_000)).toBeCloseTo(50);
    expect(task.describe(42_000)).toBe("90 %, 50 cells/s, 2.0 s left");
    expect(task.summary(42_000)).toBe("900 cells in 42 s");
  });

  it("holds few samples however often it is told", () => {
    const task = new Task("merge", 1e6, "cells", 0);
    for (let tick = 1; tick <= 100_000; tick++) task.advance(1, tick / 10);
    expect(task.done).toBe(100_000);
    expect(task.rate(10_000)).toBeCloseTo(10_000, -2);
  });

  it("counts where there is no total, and never passes the whole", () => {
    const open = new Task("read", 0, "records", 0);
    open.advance(1234, 1000);
    expect(open.describe(1000)).toBe("1,234 records, 1.23 k records/s");
    const over = new Task("merge", 10, "cells", 0);
    over.advance(20, 1000);
    expect(over.describe(1000)).toBe("100 %, 20 cells/s");
  });
});

describe("elsewhere than on a terminal", () => {
  it("writes a line at the start, one every ten seconds and one at the end", () => {
    const { progress, clock, text } = setUp();
    progress.start("elevation", 50_000, "cells");
    for (let second = 1; second <= 25; second++) {
      clock.time = second * 1000;
      progress.advance("elevation", 2000);
    }
    progress.end("elevation");
    expect(text()).toBe(
      [
        "elevation: 50,000 cells",
        "elevation: 40 %, 2.00 k cells/s, 15 s left",
        "elevation: 80 %, 2.00 k cells/s, 5.0 s left",
        "elevation: done, 50,000 cells in 25 s",
        "",
      ].join("\n"),
    );
  });

  it("says of what was given up that it was stopped, and where", () => {
    const { progress, clock, text } = setUp();
    progress.start("elevation", 50_000, "cells");
    progress.advance("elevation", 2000);
    clock.time = 3000;
    progress.end("elevation", "stopped");
    progress.end("elevation");
    expect(text()).toBe("elevation: 50,000 cells\nelevation: stopped, 2,000 of 50,000 cells in 3.0 s\n");
  });

  it("writes logs as lines, warnings marked", () => {
    const { progress, text } = setUp();
    progress.log("info", "staged before, reused");
    progress.log("warning", "all nodata");
    expect(text()).toBe("staged before, reused\nwarning: all nodata\n");
  });

  it("writes warnings alone when quiet", () => {
    const { progress, text } = setUp({ quiet: true });
    progress.start("elevation", 5, "cells");
    progress.log("info", "staged before, reused");
    progress.log("warning", "all nodata");
    progress.end("elevation");
    expect(text()).toBe("warning: all nodata\n");
  });

  it("writes JSON lines for programs", () => {
    const { progress, text } = setUp({ json: true });
    progress.start("elevation", 5, "cells");
    progress.log("warning", 'a "b"\nc');
    progress.end("elevation");
    expect(JSON.parse(text())).toEqual({ level: "warning", message: 'a "b"\nc' });
  });

  it("knows nothing of tasks that were not started", () => {
    const { progress, text } = setUp();
    progress.advance("none", 1);
    progress.end("none");
    expect(text()).toBe("");
  });
});

describe("on a terminal", () => {
  it("redraws the bars in place; what is done and what is logged stays above them", () => {
    const { progress, clock, text } = setUp({ isTTY: true });
    const screen = () => new Screen().write(text()).lines;
    progress.start("elevation", 100, "cells");
    progress.start("landcover", 0, "cells");
    expect(screen()).toEqual([
      "elevation  ░░░░░░░░░░░░░░░░░░░░░░░░  0 %",
      "landcover  ░░░░░░░░░░░░░░░░░░░░░░░░  0 cells",
    ]);
    clock.time = 5000;
    progress.advance("elevation", 50);
    progress.log("warning", "landcover: all nodata");
    expect(screen()).toEqual([
      "warning: landcover: all nodata",
      "elevation  ████████████░░░░░░░░░░░░  50 %, 10 cells/s, 5.0 s left",
      "landcover  ░░░░░░░░░░░░░░░░░░░░░░░░  0 cells",
    ]);
    progress.end("landcover");
    progress.advance("elevation", 50);
    clock.time = 10_000;
    progress.end("elevation");
    expect(screen()).toEqual([
      "warning: landcover: all nodata",
      "done landcover 0 cells in 5.0 s",
      "done elevation 100 cells in 10 s",
    ]);
    expect(text().endsWith("\u001b[?25h")).toBe(true);
  });

  it("marks what was given up", () => {
    const { progress, clock, text } = setUp({ isTTY: true });
    progress.start("elevation", 100, "cells");
    progress.advance("elevation", 40);
    clock.time = 2000;
    progress.end("elevation", "stopped");
    expect(new Screen().write(text()).lines).toEqual(["stopped elevation 40 of 100 cells in 2.0 s"]);
  });

  it("never draws a line as wide as the terminal, which would wrap", () => {
    for (const columns of [20, 40, 60, 79, 200]) {
      const { progress, clock, text } = setUp({ isTTY: true, columns });
      progress.start("a dataset with a rather long name, as they come from downloads", 1e9, "cells");
      clock.time = 20_000;
      progress.advance("a dataset with a rather long name, as they come from downloads", 1e6);
      const lines = new Screen().write(text()).lines;
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
      progress.close();
    }
  });

  it("is taken off the screen, the cursor shown again, when work breaks off", () => {
    const { progress, text } = setUp({ isTTY: true });
    progress.start("elevation", 100, "cells");
    progress.close();
    expect(new Screen().write(text()).lines).toEqual([]);
    expect(text().endsWith("\u001b[?25h")).toBe(true);
  });
});

describe("colours", () => {
  it("are for terminals, and not with NO_COLOR or on a dumb one", () => {
    const red = (isTTY: boolean, env: NodeJS.ProcessEnv) => createStyle({ isTTY }, env).red("x");
    expect(red(true, { TERM: "xterm" })).toBe("\u001b[31mx\u001b[39m");
    expect(red(true, { TERM: "xterm", NO_COLOR: "1" })).toBe("x");
    expect(red(true, { TERM: "dumb" })).toBe("x");
    expect(red(false, { TERM: "xterm" })).toBe("x");
  });
});
