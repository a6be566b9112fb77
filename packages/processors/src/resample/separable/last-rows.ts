import type { RasterArray, RasterSource } from "@quadrat/core/base";
import type { ColumnBlock, ColumnPart } from "./columns.js";
import type { Strip } from "../windows/strips.js";

/**
 * The last source rows of a band, with which the next one begins: decoding a row of blocks again for them would cost more.
 */
interface LastRows extends Strip {
  readonly parts: readonly ColumnPart[];
}

/** If there are more pixels than this, they are read again. */
const mostPixels = 1 << 18;

const latest = new WeakMap<RasterSource, LastRows>();

/**
 * What the previous band has left, if these are the rows from `top` on, and few enough for a band that ends at `bottom`.
 */
export function takeLastRows(
  source: RasterSource,
  { parts }: ColumnBlock,
  top: number,
  bottom: number,
): Strip | undefined {
  const rows = latest.get(source);
  latest.delete(source);
  if (rows?.top !== top || rows.bottom > bottom || rows.parts.length !== parts.length) return undefined;
  const alike = parts.every(
    ({ left, right }, p) => rows.parts[p]!.left === left && rows.parts[p]!.right === right,
  );
  return alike ? rows : undefined;
}

export interface RowKeeper {
  /** Copies those rows of the strip that are among the last. */
  add(strip: Strip): void;
  /** Leaves the rows to the next band. */
  done(): void;
}

/** Keeps source rows `[top, bottom)`; undefined if there are too many, or none. */
export function lastRowsKeeper(
  source: RasterSource,
  { parts, width }: ColumnBlock,
  top: number,
  bottom: number,
): RowKeeper | undefined {
  if (top >= bottom || (bottom - top) * width > mostPixels) return undefined;
  let windows: RasterArray[] | undefined;
  return {
    add(strip) {
      const from = Math.max(top, strip.top);
      if (from >= strip.bottom) return;
      windows ??= strip.windows.map(({ data, window }) => {
        const Values = data instanceof Float32Array ? Float32Array : Float64Array;
        const height = bottom - top;
        return {
          window: { ...window, row: top, height },
          data: new Values(window.width * height),
        };
      });
      for (const [p, { data, window }] of strip.windows.entries()) {
        const rows = data.subarray(
          (from - window.row) * window.width,
          (strip.bottom - window.row) * window.width,
        );
        windows[p]!.data.set(rows, (from - top) * window.width);
      }
    },
    done() {
      if (windows) latest.set(source, { top, bottom, windows, parts });
    },
  };
}
