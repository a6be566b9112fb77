import { describe, expect, it } from "vitest";
import { classFractions } from "../../src/resample/methods/class-fractions.js";
import { ListStore } from "../../src/resample/methods/list-store.js";

/** Numbers from 0 to 1 that look random: those of mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const count = 40_000;
const groups = { odd: [1, 3, 5, 7, 9], low: [0, 1, 2, 3], never: [300], high: [250, 251, 252] };

/** Cells side by side of 2 x 2 pixels, any of which may have any value or none. */
function pixels(classes: number): Float32Array {
  const next = random(classes);
  return Float32Array.from({ length: 4 * count }, () => (next() < 0.1 ? NaN : Math.floor(classes * next())));
}

function fractionsOf(data: Float32Array, area: number, named: boolean) {
  const fractions = classFractions("uint8", named ? groups : undefined);
  const results = new Float64Array(count).fill(NaN);
  const areas = new Float64Array(count).fill(area);
  fractions.wholeCells!(data, { at: 0, stride: 2 * count, columns: 2, rows: 2, count, areas }, results, 0);
  return fractions.lists(results);
}

describe("cells of a few whole pixels", () => {
  // Of 4 pixels with 256 values there are far more kinds of cells than are remembered; of 3 values each is met again.
  it.each([
    [3, 4, false],
    [3, 8, true],
    [256, 4, false],
    [256, 5, true],
  ])("have the fractions that counting gives: %i classes, area %i, groups: %s", (classes, area, named) => {
    const data = pixels(classes);
    const found = fractionsOf(data, area, named);
    const texts = new Set<string>();
    for (let cell = 0; cell < count; cell++) {
      const own = [0, 1, 2 * count, 2 * count + 1]
        .map((at) => data[2 * cell + at]!)
        .filter((one) => one === one);
      const isThere = !found.validity || ((found.validity[cell >> 3]! >> (cell & 7)) & 1) === 1;
      if (isThere !== own.length > 0) throw new Error(`cell ${cell} of [${own.join(" ")}]: ${isThere}`);
      if (!isThere) continue;
      const wanted = new Map<number, number>();
      const add = (part: number): unknown => wanted.set(part, (wanted.get(part) ?? 0) + 1 / area);
      for (const one of own) {
        if (!named) add(one);
        else
          for (const [part, members] of Object.values(groups).entries()) if (members.includes(one)) add(part);
      }
      if (wanted.size === 0) wanted.set(0, 0);
      const list = found.lists[cell]!;
      const [from, to] = [found.offsets[list]!, found.offsets[list + 1]!];
      const text = Array.from({ length: to - from }, (_, k) => [
        found.parts[from + k],
        found.values[from + k],
      ]);
      const sorted = [...wanted].sort(([a], [b]) => a - b);
      const same = text.every(
        ([part, value], k) => part === sorted[k]?.[0] && Math.abs(value! - sorted[k]![1]) < 1e-12,
      );
      if (!same || text.length !== sorted.length) expect(text).toEqual(sorted);
      texts.add(text.join(";"));
    }
    expect(texts.size).toBe(found.offsets.length - 1);
    expect(found.nulls).toBeGreaterThan(0);
  });

  it("refuse what is not a class, also after classes of the same hash", () => {
    const data = pixels(3);
    data[4 * count - 1] = 0.5;
    expect(() => fractionsOf(data, 4, false)).toThrow(/0\.5/);
    data[4 * count - 1] = 256;
    expect(() => fractionsOf(data, 4, false)).toThrow(/256/);
  });
});

describe("ListStore", () => {
  it("keeps each list once, and tells lists apart by every bit of a value", () => {
    const store = new ListStore();
    const numbers: number[] = [];
    const write = (part: number): void => {
      store.push(part, 0.25);
      store.push(part + 1, 0.25 + part * Number.EPSILON);
      numbers.push(store.close());
    };
    for (let part = 0; part < 20_000; part++) write(part);
    for (let part = 19_999; part >= 0; part--) write(part);
    expect(store.count).toBe(20_000);
    expect(numbers.slice(20_000).reverse()).toEqual(numbers.slice(0, 20_000));
    expect(numbers.slice(0, 20_000)).toEqual(Array.from({ length: 20_000 }, (_, list) => list));
    store.push(7, 0.5);
    expect(store.isEmpty).toBe(false);
    expect(store.close()).toBe(20_000);
    expect(store.isEmpty).toBe(true);
    expect([...store.parts.subarray(14, 16), ...store.fractions.subarray(14, 16)]).toEqual([
      ...[7, 8, 0.25],
      0.25 + 7 * Number.EPSILON,
    ]);
  });
});
