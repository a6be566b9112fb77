import { rasterFault } from "../plugin/guard-raster.js";
import type { RasterArray, RasterData, RasterSource, Window } from "../raster/raster.js";
import { columnTypes } from "../store/types.js";
import { WorkerPool } from "../workers/pool.js";
import { threadModule } from "../workers/thread-module.js";
import { demand, type Check } from "./check.js";
import { isOpen } from "./folder.js";

const reopenModule = threadModule(import.meta.url, "./reopen-task.js");

/** The checks for the raster that a source opens. */
export function rasterChecks(open: () => Promise<RasterSource>, path: string): Check[] {
  const check = (name: string, work: (raster: RasterSource) => Promise<void>): Check => ({
    name,
    async run() {
      const raster = await open();
      try {
        await work(raster);
      } finally {
        await raster.close();
      }
    },
  });
  return [
    check("describes its raster", (raster) => {
      const fault = typeof raster.read === "function" ? rasterFault(raster) : "it has no function read";
      demand(fault === undefined, () => fault!);
      demand(
        raster.dataType in columnTypes,
        () => `its dataType is ${raster.dataType}; allowed: ${Object.keys(columnTypes).join(", ")}`,
      );
      const { crs } = raster;
      demand(
        crs === undefined || (typeof crs === "string" && crs !== ""),
        () => "its crs must be a text, or undefined if the file does not state it",
      );
      return Promise.resolve();
    }),
    check("returns the requested windows, which equal parts of the whole", async (raster) => {
      const { width, height } = raster;
      const whole = await readWindow(raster, { col: 0, row: 0, width, height });
      for (const window of someWindows(width, height)) {
        const data = await readWindow(raster, window);
        for (let row = 0; row < window.height; row++) {
          const start = (window.row + row) * width + window.col;
          const expected = whole.subarray(start, start + window.width);
          const found = data.subarray(row * window.width, (row + 1) * window.width);
          const at = found.findIndex((value, i) => !Object.is(value, expected[i]));
          demand(
            at < 0,
            () =>
              `a window must equal that part of the whole; column ${window.col + at} of row ${window.row + row} is ${found[at]} in one and ${expected[at]} in the other`,
          );
        }
      }
    }),
    check("returns values of its dataType, NaN for no value", async (raster) => {
      const { width, height, dataType } = raster;
      const data = await readWindow(raster, { col: 0, row: 0, width, height: Math.min(height, 64) });
      for (const value of data) {
        if (Number.isNaN(value)) continue;
        const fits =
          dataType.startsWith("float") ||
          (Number.isSafeInteger(value) && (value >= 0 || !dataType.startsWith("u")));
        demand(fits, () => `its dataType is ${dataType}, but a value is ${value}`);
        demand(
          dataType !== "float32" || Math.fround(value) === value,
          () => `its dataType is float32, which does not hold ${value}`,
        );
      }
    }),
    check("returns arrays that the caller may change", async (raster) => {
      const window = { col: 0, row: 0, width: raster.width, height: 1 };
      const first = await readWindow(raster, window);
      const kept = first.slice();
      first.fill(12345);
      const second = await readWindow(raster, window);
      demand(
        kept.every((value, i) => Object.is(value, second[i])),
        () => "a returned array was changed, and the next read returned the changes",
      );
    }),
    check("reads several windows at once", async (raster) => {
      const windows = someWindows(raster.width, raster.height);
      const alone: RasterData[] = [];
      for (const window of windows) alone.push(await readWindow(raster, window));
      const together = await Promise.all(windows.map((window) => readWindow(raster, window)));
      demand(
        together.every((data, i) => data.every((value, k) => Object.is(value, alone[i]![k]))),
        () => "windows read at the same time must equal those read one by one",
      );
    }),
    check("can be reopened in a thread, and its overviews can be read", async (raster) => {
      const window = { col: 0, row: 0, width: raster.width, height: 1 };
      if (raster.reopen) {
        const { module, call, argument } = raster.reopen;
        const workers = new WorkerPool(1);
        try {
          const task = { module, call, argument, window };
          const theirs = await workers.run<RasterArray>(reopenModule, "reopenTask", task);
          const ours = await readWindow(raster, window);
          demand(
            ours.every((value, i) => Object.is(value, theirs.data[i])),
            () => "reopen must open the same raster",
          );
        } finally {
          await workers.close();
        }
      }
      for (const [index, { width, height }] of (raster.overviews ?? []).entries()) {
        demand(raster.openOverview !== undefined, () => "with overviews there must be openOverview");
        const overview = await raster.openOverview(index);
        const size = `${overview.width} x ${overview.height}`;
        await overview.close();
        demand(
          size === `${width} x ${height}`,
          () => `overview ${index} is ${size} pixels instead of ${width} x ${height}`,
        );
      }
    }),
    {
      name: "closes its file",
      async run() {
        const raster = await open();
        await readWindow(raster, { col: 0, row: 0, width: 1, height: 1 });
        await raster.close();
        demand((await isOpen(path)) !== true, () => "close must close the file; it is open");
      },
    },
  ];
}

async function readWindow(raster: RasterSource, window: Window): Promise<RasterData> {
  const { data, window: given } = await raster.read(window);
  const size = window.width * window.height;
  demand(
    data instanceof Float32Array || data instanceof Float64Array,
    () => "read must give a Float32Array or Float64Array as data",
  );
  demand(
    data.length === size,
    () => `read must give a value for each of the ${size} pixels; it returned ${data.length}`,
  );
  demand(
    given.col === window.col &&
      given.row === window.row &&
      given.width === window.width &&
      given.height === window.height,
    () =>
      `read must give the window that it was asked for, ${JSON.stringify(window)}; it returned ${JSON.stringify(given)}`,
  );
  return data;
}

/** The corners, a row, a column and the middle. */
function someWindows(width: number, height: number): Window[] {
  const [right, bottom] = [width - 1, height - 1];
  const [midCol, midRow] = [Math.floor(right / 2), Math.floor(bottom / 2)];
  return [
    { col: 0, row: 0, width: 1, height: 1 },
    { col: right, row: bottom, width: 1, height: 1 },
    { col: right, row: 0, width: 1, height },
    { col: 0, row: midRow, width, height: 1 },
    { col: midCol, row: midRow, width: right - midCol + 1, height: bottom - midRow + 1 },
    { col: 0, row: 0, width: midCol + 1, height: midRow + 1 },
  ];
}
