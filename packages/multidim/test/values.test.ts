import { describe, expect, it } from "vitest";
import { expected, isStack, rowsOf, withLayers } from "./helpers.js";

const selections: Readonly<Record<string, Readonly<Record<string, number>>>> = { tas: { level: 1 } };

describe.each(Object.keys(expected))("%s", (name) => {
  it.each(Object.keys(expected[name]!))("has the values of %s that were written", async (variable) => {
    const { layers: wanted, affine, crs, dates } = expected[name]![variable]!;
    const select = name === "groups.nc" ? selections[variable] : undefined;
    await withLayers(name, { variable, select }, async (layers, opened) => {
      expect(layers).toHaveLength(wanted.length);
      for (const [index, layer] of layers.entries()) {
        const rows = await rowsOf(layer);
        expect(rows).toHaveLength(wanted[index]!.length);
        for (const [row, values] of wanted[index]!.entries()) {
          expect(rows[row]!.map((value) => value === null)).toEqual(values.map((value) => value === null));
          for (const [column, value] of values.entries())
            if (value !== null) expect(rows[row]![column]).toBeCloseTo(value, 9);
        }
      }
      const { a, b, c, d, e, f } = opened.affine;
      if (affine) expect([a, b, c, d, e, f]).toEqual(affine);
      if (crs) expect(opened.crs).toBe(crs);
      if (dates) {
        const found = isStack(opened) ? opened.layers.map(({ date }) => date!) : [];
        const text = (value: number): string => String(value).padStart(2, "0");
        expect(
          found.map(({ year, month, day, hour }) => `${year}-${text(month)}-${text(day)} ${text(hour)}`),
        ).toEqual(dates);
      }
    });
  });
});

describe("windows", () => {
  const windows = [
    { col: 0, row: 0, width: 1, height: 1 },
    { col: 11, row: 4, width: 1, height: 1 },
    { col: 3, row: 1, width: 5, height: 3 },
    { col: 0, row: 2, width: 12, height: 1 },
    { col: 6, row: 0, width: 2, height: 5 },
  ];

  it.each([
    ["classic.nc3", "tas", undefined],
    ["groups.nc", "tas", 2 ** 20],
    // Room for parts of chunks only, or for nothing.
    ["groups.nc", "tas", 400],
    ["groups.nc", "tas", 0],
    ["groups.nc", "/forecast/tas", 64],
    ["two.zarr", "turned", 100],
    ["three.zarr", "sharded", 30],
  ])("of %s, %s equal parts of the whole with a cache of %s bytes", async (name, variable, cacheBytes) => {
    const select = variable === "tas" && name === "groups.nc" ? { level: 1 } : undefined;
    const wanted = expected[name]![variable]!.layers;
    await withLayers(name, { variable, select, cacheBytes }, async (layers) => {
      for (const window of windows) {
        // Step after step, as statistics over time read.
        for (const [index, layer] of layers.entries()) {
          const { data } = await layer.read(window);
          const part = wanted[index]!.slice(window.row, window.row + window.height).flatMap((row) =>
            row.slice(window.col, window.col + window.width),
          );
          expect(
            Array.from(data, (value) => (Number.isNaN(value) ? null : Number(value.toFixed(6)))),
          ).toEqual(part.map((value) => (value === null ? null : Number(value.toFixed(6)))));
        }
      }
    });
  });
});
