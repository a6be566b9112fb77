import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReadingHistory } from "../../src/watch/history.js";

const reading = (time: number, ratio: number) => ({ time, ratio, used: ratio * 100, limit: 100 });

describe("ReadingHistory", () => {
  it("keeps everything while there is room", () => {
    const history = new ReadingHistory(4);
    [1, 2, 3, 4].forEach((time) => history.add(reading(time, 0.5)));
    expect(history.readings.map(({ time }) => time)).toEqual([1, 2, 3, 4]);
    expect(history.stride).toBe(1);
  });

  it("then keeps the highest of every two, of every four", () => {
    const history = new ReadingHistory(4);
    [0.1, 0.2, 0.4, 0.3, 0.5, 0.6, 0.9, 0.8, 0.7].forEach((ratio, time) => history.add(reading(time, ratio)));
    expect(history.readings.map(({ ratio }) => ratio)).toEqual([0.4, 0.9, 0.7]);
    expect(history.stride).toBe(4);
  });

  it("is the highest of each bucket for any series: bounded, in order, the peak kept", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 500 }),
        fc.integer({ min: 1, max: 40 }),
        (ratios, capacity) => {
          const history = new ReadingHistory(capacity);
          ratios.forEach((ratio, time) => history.add(reading(time, ratio)));
          const { stride } = history;
          const buckets = Array.from({ length: Math.ceil(ratios.length / stride) }, (_, i) =>
            Math.max(...ratios.slice(i * stride, (i + 1) * stride)),
          );
          expect(history.readings.map(({ ratio }) => ratio)).toEqual(buckets);
          expect(history.readings.length).toBeLessThanOrEqual(capacity + 1);
          const times = history.readings.map(({ time }) => time);
          expect(times).toEqual([...times].sort((a, b) => a - b));
        },
      ),
    );
  });
});
