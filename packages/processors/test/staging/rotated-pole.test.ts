import { readFileSync } from "node:fs";
import { Grid } from "@quadrat/core";
import { parseCrs } from "@quadrat/crs";
import { describe, expect, it } from "vitest";
import { coveringBounds } from "../../src/grid/covering.js";
import { resampleBand } from "../../src/resample/index.js";
import { planFor } from "../../src/staging/plan.js";
import { memorySource } from "../resample/memory-source.js";

interface Pole {
  readonly domain: string;
  readonly crs: string;
  /** Rotated and true coordinates by PROJ. */
  readonly rows: readonly (readonly [x: number, y: number, longitude: number, latitude: number])[];
}

const poles = readFileSync(new URL("../../../crs/test/fixtures/poles.json", import.meta.url), "utf8");
const domains = (JSON.parse(poles) as Pole[]).filter(({ rows }) => rows.length > 4);

/** Pixels of 1 degree that hold all points, none of them on a border, numbered. */
function raster(rows: Pole["rows"]) {
  const [xs, ys] = [rows.map(([x]) => x), rows.map(([, y]) => y)];
  const [west, north] = [Math.floor(Math.min(...xs)) - 0.37, Math.ceil(Math.max(...ys)) + 0.37];
  const width = Math.ceil(Math.max(...xs) - west);
  const height = Math.ceil(north - Math.min(...ys));
  const affine = { a: 1, b: 0, c: west, d: 0, e: -1, f: north };
  const values = Float32Array.from({ length: width * height }, (_, i) => i);
  const pixelAt = (x: number, y: number): number => Math.floor(north - y) * width + Math.floor(x - west);
  return { source: memorySource(width, height, affine, values, "float32"), pixelAt };
}

describe("rasters about a rotated pole", () => {
  it("go beyond a rotated longitude of 180 in South America, Australasia and Antarctica", () => {
    const beyond = domains.filter(({ rows }) => rows.some(([x]) => x > 180)).map(({ domain }) => domain);
    expect([...new Set(beyond)].sort()).toEqual(["ANT", "AUS", "SAM"]);
  });

  it.each(domains)("have their pixels where PROJ has them: $domain", async ({ crs, rows }) => {
    const { source, pixelAt } = raster(rows);
    for (const [x, y, longitude, latitude] of rows) {
      const half = 1e-5;
      const bounds = [longitude - half, latitude - half, longitude + half, latitude + half] as const;
      const grid = new Grid({ crs: "+proj=longlat +R=6371229", resolution: [2 * half, 2 * half], bounds });
      const { plan } = planFor(source, crs, grid, "near");
      expect([...(await resampleBand(plan, 0, 1, 1 << 20))]).toEqual([pixelAt(x, y)]);
    }
  });

  it("cover a pole that they hold beyond 180", () => {
    const { crs, rows } = domains.find(({ domain }) => domain === "ANT")!;
    const bounds = coveringBounds(raster(rows).source, parseCrs(crs), parseCrs("+proj=longlat +R=6371229"));
    // PROJ has the south pole at a rotated longitude of 180 and latitude of 6.08.
    expect(bounds!.slice(0, 3)).toEqual([-180, -90, 180]);
  });
});
