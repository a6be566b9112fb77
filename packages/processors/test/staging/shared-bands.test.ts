import { describe, expect, it } from "vitest";
import type { Band, Bands } from "../../src/staging/raster-bands.js";
import { SharedBands } from "../../src/staging/shared-bands.js";

const rowsOfBand = 10;

/** Bands to row 40, of which the values say where they are. */
function source(columns: number, log: string[], failAt = Infinity) {
  return async function* (fromRow: number): AsyncGenerator<Bands> {
    try {
      for (let rowStart = fromRow; rowStart < 40; rowStart += rowsOfBand) {
        if (rowStart >= failAt) throw new Error("the file is damaged");
        log.push(`made ${rowStart}`);
        const made = Array.from({ length: columns }, (_, k) => ({
          ...{ values: Float64Array.of(100 * k + rowStart), validity: undefined, nulls: 0, min: 0, max: 0 },
        }));
        yield { rowStart, rowEnd: rowStart + rowsOfBand, columns: made };
        await Promise.resolve();
      }
    } finally {
      log.push("closed");
    }
  };
}

async function all(bands: AsyncGenerator<Band>, log: string[] = [], name = ""): Promise<number[]> {
  const found: number[] = [];
  for await (const { column } of bands) {
    log.push(`${name} took ${column!.values[0]}`);
    found.push(Number(column!.values[0]));
  }
  return found;
}

describe("bands of several columns", () => {
  it("are made once for all, each when all have taken the one before", async () => {
    const log: string[] = [];
    const shared = new SharedBands(2, source(2, log));
    const [a, b] = await Promise.all([all(shared.join(0, 0), log, "a"), all(shared.join(1, 0), log, "b")]);
    expect([a, b]).toEqual([
      [0, 10, 20, 30],
      [100, 110, 120, 130],
    ]);
    const order = log.map((line) => line.replace(/^[ab] took 1?/, "took ").replace("took 00", "took 0"));
    expect(order.filter((line) => line.startsWith("made"))).toHaveLength(4);
    for (const row of [10, 20, 30]) {
      const before = log.slice(0, log.indexOf(`made ${row}`));
      expect(before).toContain(`a took ${row - 10}`);
      expect(before).toContain(`b took ${100 + row - 10}`);
    }
    expect(log.at(-1)).toBe("closed");
  });

  it("begin where the first column needs them, and skip what another has", async () => {
    const log: string[] = [];
    const shared = new SharedBands(3, source(3, log));
    const a = all(shared.join(0, 25));
    await shared.leave(1);
    expect(log).toEqual([]);
    const c = all(shared.join(2, 5));
    // Bands 5 to 15 and 15 to 25 hold no row from 25 on.
    expect(await a).toEqual([25, 35]);
    expect(await c).toEqual([205, 215, 225, 235]);
  });

  it("go on without a column that fails, and end with the last", async () => {
    const log: string[] = [];
    const shared = new SharedBands(2, source(2, log));
    const failing = (async () => {
      for await (const band of shared.join(0, 0)) if (band.rowStart === 10) throw new Error("disk full");
    })();
    const other = all(shared.join(1, 0));
    await expect(failing).rejects.toThrow("disk full");
    expect(await other).toEqual([100, 110, 120, 130]);
    const early = new SharedBands(1, source(1, log));
    for await (const { rowStart } of early.join(0, 0)) if (rowStart === 10) break;
    expect(log.filter((line) => line === "closed")).toHaveLength(2);
  });

  it("tell all columns of a failure", async () => {
    const shared = new SharedBands(2, source(2, [], 20));
    const results = await Promise.allSettled([all(shared.join(0, 0)), all(shared.join(1, 0))]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});
