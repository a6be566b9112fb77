import type { RasterArray, RasterSource, ReadHints, Window } from "@quadrat/core/base";
import type { ResamplePlan } from "../resample/index.js";
import { axisWeights, type AxisWeights } from "./axis-weights.js";
import { RowSums, type SourceTotal } from "./row-sums.js";

interface Weights {
  readonly columns: AxisWeights;
  readonly rows: AxisWeights;
}

/**
 * The total of a raster inside a grid whose axes are parallel to its own, from the bounds of the grid alone. Pixels that are read
 * through `source` anyway are counted as they pass, and only the others are read once more.
 */
export class AlignedTotal {
  /** The raster, to be read through. */
  readonly source: RasterSource;
  readonly #raster: RasterSource;
  readonly #weights: Weights;
  readonly #plan: Pick<ResamplePlan, "grid" | "map">;
  #sums: RowSums | undefined;

  constructor(raster: RasterSource, plan: Pick<ResamplePlan, "grid" | "map">) {
    const { grid, map } = plan;
    const [xmin, ymin, xmax, ymax] = grid.bounds;
    const { a, c, e, f } = map.affine;
    this.#raster = raster;
    this.#plan = plan;
    this.#weights = {
      columns: axisWeights(map.width, [(xmin - c) / a, (xmax - c) / a], map.turn?.x),
      rows: axisWeights(map.height, [(ymin - f) / e, (ymax - f) / e], undefined),
    };
    const read = async (window: Window, hints?: ReadHints): Promise<RasterArray> => {
      const array = await raster.read(window, hints);
      this.#sums?.take(array);
      return array;
    };
    this.source = new Proxy(raster, {
      get(target, key) {
        if (key === "read") return read;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  }

  /** Begins with the pixels of rows `[rowStart, rowEnd)` of the grid. */
  begin(rowStart: number, rowEnd: number): void {
    const { columns } = this.#weights;
    const [one, other] = [this.#border(rowStart), this.#border(rowEnd)];
    this.#sums = new RowSums(columns, Math.min(one, other), Math.max(one, other));
  }

  /** Reads what has not passed since. */
  async end(pixels: number): Promise<SourceTotal> {
    const sums = this.#sums!;
    this.#sums = undefined;
    const { columns, rows } = this.#weights;
    const height = Math.max(1, Math.floor(pixels / Math.max(1, columns.end - columns.first)));
    for (let gap = sums.missing(); gap; gap = sums.missing()) {
      const bottom = Math.min(rows.end, gap.row + height);
      const most = Math.max(1, Math.floor(pixels / (bottom - gap.row)));
      const width = Math.min(columns.end - gap.column, most);
      sums.take(await this.#raster.read({ col: gap.column, row: gap.row, width, height: bottom - gap.row }));
    }
    return sums.total((row) => rows.weights[row - rows.first]!);
  }

  /** Where the pixels of the rows of the grid before one end: a pixel under the border belongs to the rows before. */
  #border(row: number): number {
    const { rows } = this.#weights;
    const { grid, map } = this.#plan;
    const { e, f } = map.affine;
    const isReversed = e > 0;
    if (row === 0) return isReversed ? rows.end : rows.first;
    if (row === grid.height) return isReversed ? rows.first : rows.end;
    const edge = (grid.y.edge(row) - f) / e;
    const border = isReversed ? Math.floor(edge + tolerance) : Math.ceil(edge - tolerance);
    return Math.min(rows.end, Math.max(rows.first, border));
  }
}

const tolerance = 1e-6;
