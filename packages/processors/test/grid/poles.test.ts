import { isQuadratError, type Bounds } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { resolveGrid } from "../../src/grid/resolve.js";
import { memorySource } from "../resample/memory-source.js";

const unopened = (): never => {
  throw new Error("no raster is to be opened");
};

/** The bounds of a grid around a raster of 10 x 10 pixels. */
async function auto([xmin, ymin, xmax, ymax]: Bounds, step: number): Promise<Bounds> {
  const affine = { a: (xmax - xmin) / 10, b: 0, c: xmin, d: 0, e: (ymin - ymax) / 10, f: ymax };
  const raster = memorySource(10, 10, affine, new Float64Array(100), "float64");
  const source = { kind: "raster", raster } as const;
  const input = { name: "a", config: {} as never, driver: "memory", crs: "EPSG:4326", source };
  const grid = await resolveGrid(
    { crs: "EPSG:4326", resolution: [step, step], bounds: "auto" },
    [input],
    unopened,
  );
  return grid.bounds;
}

describe("a geographic grid never passes a pole", () => {
  it("counts its rows from the pole where multiples of the resolution would pass it", async () => {
    expect(await auto([0, 50, 7, 90], 0.7)).toEqual([0, 49.4, 7, 90]);
    expect(await auto([0, -90, 7, -50], 0.7)).toEqual([0, -90, 7, -49.4]);
    expect(await auto([0, -90, 7, 90], 1.5)).toEqual([0, -90, 7.5, 90]);
  });

  it("is refused where its rows would", async () => {
    for (const bounds of [[-180, -90, 180, 90] as const, "auto" as const]) {
      const error: unknown = await (
        bounds === "auto"
          ? auto([-180, -90, 180, 90], 0.7)
          : resolveGrid({ crs: "EPSG:4326", resolution: [0.7, 0.7], bounds }, [], unopened)
      ).catch((cause: unknown) => cause);
      expect(isQuadratError(error) && error.message).toContain("would end at -90.6, beyond the pole");
      expect(isQuadratError(error) && error.hint).toContain("such as 0.700389105058366, or ymin: -89.9");
      expect(isQuadratError(error) && error.exitCode).toBe(2);
    }
  });

  it("may lie where it was written, and grow where there is no pole", async () => {
    const grid = async (crs: string, bounds: Bounds) =>
      (await resolveGrid({ crs, resolution: [0.7, 0.7], bounds }, [], unopened)).bounds;
    expect(await grid("EPSG:4326", [0, -91, 7, 80])).toEqual([0, -91.5, 7, 80]);
    expect(await grid("EPSG:3035", [0, -90, 7, 90])).toEqual([0, -90.6, 7, 90]);
    expect(await grid("EPSG:4326", [0, 0, 7, 10])).toEqual([0, -0.5, 7, 10]);
  });
});
