import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Mask } from "../../src/index.js";

const width = 13;
const height = 9;

/** A mask of the cells that are set, and these as numbers. */
const drawn = fc
  .array(fc.boolean(), { minLength: width * height, maxLength: width * height })
  .map((isSet) => {
    const { add, build } = Mask.builder({ width, height });
    isSet.forEach((own, cell) => {
      const [row, column] = [Math.floor(cell / width), cell % width];
      if (own) add(row, column, column + 1);
    });
    return { mask: build(), cells: isSet.flatMap((own, cell) => (own ? [cell] : [])) };
  });

const cellsOf = (mask: Mask): number[] =>
  [...mask.runs()].flatMap(({ first, end }) => Array.from({ length: end - first }, (_, i) => first + i));

describe("Mask", () => {
  it("has the cells that were added, as ranges that are apart", () => {
    fc.assert(
      fc.property(drawn, ({ mask, cells }) => {
        expect(mask.size).toBe(cells.length);
        expect(cellsOf(mask)).toEqual(cells);
        const runs = [...mask.runs()];
        for (const [index, { first }] of runs.entries())
          if (index > 0) expect(first).toBeGreaterThan(runs[index - 1]!.end);
        for (let cell = 0; cell < width * height; cell++) expect(mask.has(cell)).toBe(cells.includes(cell));
      }),
    );
  });

  it("grows a run by what overlaps or touches it", () => {
    const { add, build } = Mask.builder({ width, height });
    for (const [row, from, to] of [
      [1, 0, 4],
      [1, 2, 3],
      [1, 4, 6],
      [1, 8, 9],
      [3, 12, 13],
      [4, 0, 1],
    ] as const)
      add(row, from, to);
    const mask = build();
    const found: number[][] = [];
    mask.each(0, height, (...run) => found.push(run));
    expect(found).toEqual([
      [1, 0, 6],
      [1, 8, 9],
      [3, 12, 13],
      [4, 0, 1],
    ]);
    expect([...mask.runs()].map(({ first, end }) => end - first)).toEqual([6, 1, 2]);
  });

  it("finds the next row, whether a range meets it, and its parts", () => {
    fc.assert(
      fc.property(
        drawn,
        fc.nat(height),
        fc.nat(width * height),
        fc.nat(40),
        ({ mask, cells }, row, first, more) => {
          const next = cells.find((cell) => cell >= row * width);
          expect(mask.nextRow(row)).toBe(next === undefined ? height : Math.floor(next / width));
          const range = { first, end: first + more };
          expect(mask.meets(range)).toBe(cells.some((cell) => cell >= first && cell < range.end));
          const [left, right] = [
            Math.min(first % width, more % width),
            Math.max(first % width, more % width),
          ];
          const at = Math.min(row, height - 1);
          const inside: number[] = [];
          mask.within(at, left, right, (_, from, to) => {
            for (let column = from; column < to; column++) inside.push(at * width + column);
          });
          const wanted = cells.filter((cell) => {
            const column = cell - at * width;
            return column >= left && column < right;
          });
          expect(inside).toEqual(wanted);
        },
      ),
    );
  });

  it("has rows as a mask of their own", () => {
    fc.assert(
      fc.property(drawn, fc.nat(height - 1), fc.nat(height - 1), ({ mask, cells }, one, other) => {
        const [first, end] = [Math.min(one, other), Math.max(one, other) + 1];
        const part = mask.rows(first, end);
        const wanted = cells
          .filter((cell) => cell >= first * width && cell < end * width)
          .map((cell) => cell - first * width);
        expect(cellsOf(part)).toEqual(wanted);
        expect(part.size).toBe(wanted.length);
        expect(mask.count(first, end)).toBe(wanted.length);
        expect(part.nextRow(0)).toBe(wanted.length > 0 ? Math.floor(wanted[0]! / width) : end - first);
      }),
    );
  });

  it("is identified by its cells", () => {
    const of = (...runs: (readonly [number, number, number])[]): string => {
      const { add, build } = Mask.builder({ width, height });
      for (const run of runs) add(...run);
      return build().identity;
    };
    expect(of([1, 0, 3], [1, 3, 5])).toBe(of([1, 0, 5]));
    expect(of([1, 0, 5])).not.toBe(of([1, 0, 4]));
    expect(of([1, 0, 5])).not.toBe(of([2, 0, 5]));
  });
});
