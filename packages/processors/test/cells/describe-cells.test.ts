import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Grid, type Bounds } from "@quadrat/core";
import type * as arrow from "apache-arrow";
import { describe, expect, it } from "vitest";
import { describeCells } from "../../src/cells/describe-cells.js";

interface Case {
  readonly crs: string;
  readonly resolution: number;
  readonly bounds: Bounds;
  readonly cells: readonly {
    readonly row: number;
    readonly column: number;
    readonly area: number | null;
    readonly lon?: number;
    readonly lat?: number;
  }[];
}

const { whole, cut } = JSON.parse(
  await readFile(fileURLToPath(new URL("../fixtures/cells/cells.json", import.meta.url)), "utf8"),
) as { whole: readonly Case[]; cut: Case };

const gridOf = ({ crs, resolution, bounds }: Case): Grid =>
  new Grid({ crs, resolution: [resolution, resolution], bounds });

const valueAt = (data: arrow.Data, index: number): number | null => {
  const isNull = data.nullCount > 0 && ((data.nullBitmap[index >> 3]! >> (index & 7)) & 1) === 0;
  return isNull ? null : (data.values as Float64Array)[index]!;
};

/** The columns of some cells, by name. */
function describedAt(grid: Grid, cells: readonly number[]): (name: string, index: number) => number | null {
  const { columns, describe } = describeCells(grid, { cells: ["column", "area", "lonlat", "row"] });
  const xs = Float64Array.from(cells, (cell) => grid.x.centre(cell % grid.width));
  const ys = Float64Array.from(cells, (cell) => grid.y.centre(Math.floor(cell / grid.width)));
  const found = describe(
    cells[0]!,
    Float64Array.from(cells, (cell) => cell - cells[0]!),
    xs,
    ys,
  );
  return (name, index) => valueAt(found[columns.findIndex((column) => column.name === name)]!, index);
}

describe.each(whole.map((one) => [one.crs, one] as const))("cells in %s", (_, one) => {
  const grid = gridOf(one);
  const cells = one.cells.map(({ row, column }) => row * grid.width + column).toSorted((a, b) => a - b);
  const at = describedAt(grid, cells);

  it("have the areas and centres that PROJ finds", () => {
    for (const { row, column, area, lon, lat } of one.cells) {
      const index = cells.indexOf(row * grid.width + column);
      expect(at("row", index)).toBe(row);
      expect(at("column", index)).toBe(column);
      expect(Math.abs(at("cell_area", index)! / area! - 1)).toBeLessThan(1e-7);
      // PROJ 9.1 cuts its series for authalic latitudes short, by half a millimetre in EPSG:3035.
      expect(Math.abs(at("lat", index)! - lat!)).toBeLessThan(one.crs === "EPSG:3035" ? 1e-8 : 1e-9);
      expect(Math.abs(Math.sin(((at("lon", index)! - lon!) * Math.PI) / 360))).toBeLessThan(1e-10);
    }
  });

  it("have the same bits whichever cells are described with them", () => {
    for (const [index, cell] of cells.entries()) {
      const alone = describedAt(grid, [cell]);
      for (const name of ["cell_area", "lon", "lat"]) expect(alone(name, 0)).toBe(at(name, index));
    }
  });
});

describe("cells across the edge of the world", () => {
  const grid = gridOf(cut);
  const all = Array.from({ length: grid.size }, (_, cell) => cell);
  const at = describedAt(grid, all);

  it("have the area of the part inside, and NULL where there is none", () => {
    for (const { row, column, area } of cut.cells) {
      const found = at("cell_area", row * grid.width + column);
      if (area === null) expect({ row, column, found }).toEqual({ row, column, found: null });
      else
        expect({ row, column, off: Math.abs(found! - area) > 1 + 5e-7 * area }).toEqual({
          row,
          column,
          off: false,
        });
    }
  });

  it("have no longitude and latitude where the centre lies outside", () => {
    for (const cell of all) {
      expect(at("lon", cell) === null).toBe(at("lat", cell) === null);
      if (at("lon", cell) !== null) expect(at("cell_area", cell)).not.toBeNull();
    }
    expect(all.some((cell) => at("lon", cell) === null && at("cell_area", cell) !== null)).toBe(true);
  });
});

describe("rows of a grid", () => {
  it("keep their numbers and areas when they are a grid of their own", () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [0.1, 0.1], bounds: [0, 40, 1, 50] });
    const part = grid.rows(30, 40);
    const cells = Array.from({ length: part.size }, (_, cell) => cell);
    const [own, of] = [
      describedAt(part, cells),
      describedAt(
        grid,
        cells.map((cell) => cell + 30 * grid.width),
      ),
    ];
    for (const name of ["cell_area", "lon", "lat", "row", "column"])
      for (const cell of cells) expect(own(name, cell)).toBe(of(name, cell));
    expect(own("row", 0)).toBe(30);
  });
});

describe("a grid of longitudes beyond the antimeridian and latitudes beyond a pole", () => {
  it("has longitudes within half a turn, and no area beyond the pole", () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [10, 10], bounds: [170, 80, 200, 100] });
    const at = describedAt(grid, [0, 1, 2, 3, 4, 5]);
    expect([0, 1, 2].map((cell) => at("cell_area", cell))).toEqual([null, null, null]);
    expect([3, 4, 5].map((cell) => at("lon", cell))).toEqual([175, -175, -165]);
    expect([3, 4, 5].map((cell) => at("lat", cell))).toEqual([85, 85, 85]);
    expect(at("cell_area", 3)).toBeGreaterThan(0);
  });
});
