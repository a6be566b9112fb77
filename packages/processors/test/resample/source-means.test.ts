import { Grid, type RasterSource } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { planResampling, resampleBand } from "../../src/resample/index.js";
import { memorySource } from "./memory-source.js";

const [width, height] = [36, 16] as const;
const data = Float64Array.from({ length: width * height }, (_, i) => (i % 5 === 2 ? NaN : Math.sin(i) * 50));

/** A source that makes means, and counts how often it has. */
function withMeans(source: RasterSource) {
  const made: object[] = [];
  const own: RasterSource = {
    ...source,
    async readMeans(window, block, into) {
      made.push(window);
      const { data } = await source.read(window);
      for (let row = 0; row < window.height / block.height; row++) {
        for (let column = 0; column < window.width / block.width; column++) {
          let [sum, count] = [0, 0];
          for (let r = 0; r < block.height; r++) {
            let part = 0;
            for (let c = 0; c < block.width; c++) {
              const value = data[(row * block.height + r) * window.width + column * block.width + c]!;
              if (Number.isNaN(value)) continue;
              part += value;
              count++;
            }
            sum += part;
          }
          into.data[into.at + row * into.stride + column] = count > 0 ? sum / count : NaN;
        }
      }
      return true;
    },
  };
  return { source: own, made };
}

const plain = { a: 10, b: 0, c: -180, d: 0, e: -10, f: 80 };
const whole: [number, number, number, number] = [-180, -80, 180, 80];

describe("means that a source makes", () => {
  it.each([
    ["rows from the north", plain, whole, 20, 1],
    ["rows from the south", { ...plain, e: 10, f: -80 }, whole, 20, 1],
    ["longitudes from 0 to 360", { ...plain, c: 0 }, whole, 20, 2],
    ["a grid across the seam, and beyond the raster", plain, [-220, -120, 60, 120] as typeof whole, 40, 2],
    ["a part of the raster", plain, [-100, -40, 60, 20] as typeof whole, 20, 1],
    ["a cell on both sides of the seam", { ...plain, c: 10 }, whole, 20, 0],
    ["cells of half pixels", plain, [-175, -75, 165, 65] as typeof whole, 20, 0],
    ["cells that share rows", plain, [-180, -75, 180, 75] as typeof whole, 30, 0],
  ])("are those of the pixels: %s", async (_, affine, bounds, resolution, times) => {
    const pixels = memorySource(width, height, affine, data, "float64");
    const { source, made } = withMeans(pixels);
    const grid = new Grid({ crs: "EPSG:4326", resolution: [resolution, resolution], bounds });
    const transform = { identity: true, transform: () => undefined };
    const plan = (source: RasterSource) =>
      planResampling({ source, grid, method: "average", transform, geographicSource: true });
    for (const [from, to] of [
      [0, grid.height],
      [1, grid.height - 1],
    ] as const) {
      made.length = 0;
      const expected = await resampleBand(plan(pixels), from, to, 2 ** 20, { dataType: "float64" });
      expect(await resampleBand(plan(source), from, to, 2 ** 20, { dataType: "float64" })).toEqual(expected);
      expect(made).toHaveLength(times);
    }
  });
});
