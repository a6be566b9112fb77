import { describe, expect, it } from "vitest";
import { extentOf, frameOf, frameWidth, type Frame } from "../../src/html-report/frame.js";
import { coastLines, graticule } from "../../src/html-report/globe-lines.js";
import { labelsOf } from "../../src/html-report/labels.js";
import { pathOf } from "../../src/html-report/lines.js";

type Bounds = readonly [number, number, number, number];

function frame(crs: string, bounds: Bounds, cells = 100): Frame {
  const height = Math.max(1, Math.round((cells * (bounds[3] - bounds[1])) / (bounds[2] - bounds[0])));
  return frameOf({ crs, width: cells, height, bounds }, { cells: 1, width: cells, height });
}

/** The points of the pieces of a path. */
function pieces(path: string): [number, number][][] {
  return path
    .split("M")
    .filter(Boolean)
    .map((piece) =>
      piece.split("L").map((point) => point.replace("Z", "").split(",").map(Number) as [number, number]),
    );
}

/** The longest stroke from a point to the next. */
function longest(path: string): number {
  const strokes = pieces(path).flatMap((piece) =>
    piece.slice(1).map(([x, y], i) => Math.hypot(x - piece[i]![0], y - piece[i]![1])),
  );
  return Math.max(...strokes);
}

/** Where a place is in a frame. */
function placeOf(
  lon: number,
  lat: number,
  { xmin, ymin, xmax, ymax, height, toGrid }: Frame,
): [number, number] {
  const [xs, ys] = [Float64Array.of(lon), Float64Array.of(lat)];
  toGrid!.transform(xs, ys);
  return [((xs[0]! - xmin) / (xmax - xmin)) * frameWidth, ((ymax - ys[0]!) / (ymax - ymin)) * height];
}

function distance(path: string, [x, y]: readonly [number, number]): number {
  return Math.min(
    ...pieces(path)
      .flat()
      .map(([px, py]) => Math.hypot(px - x, py - y)),
  );
}

const capeRoca = [-9.5, 38.78] as const;
const eastCape = [178.55, -37.69] as const;

describe("coast lines", () => {
  it.each<[string, string, Bounds]>([
    ["all of the globe, equal area", "EPSG:8857", [-17_300_000, -8_400_000, 17_300_000, 8_400_000]],
    ["around the north pole", "EPSG:3413", [-4_000_000, -4_000_000, 4_000_000, 4_000_000]],
    ["around the south pole", "EPSG:3031", [-4_000_000, -4_000_000, 4_000_000, 4_000_000]],
    ["Europe", "EPSG:3035", [2_400_000, 1_300_000, 7_400_000, 5_500_000]],
    [
      "the Pacific, cut elsewhere",
      "+proj=eqearth +lon_0=180 +datum=WGS84",
      [-17_300_000, -8_400_000, 17_300_000, 8_400_000],
    ],
    ["Mercator", "EPSG:3857", [-20_000_000, -15_000_000, 20_000_000, 15_000_000]],
  ])("do not jump across a map of %s", async (_, crs, bounds) => {
    const map = frame(crs, bounds);
    const extent = extentOf(map)!;
    const path = pathOf(await coastLines(extent), map);
    expect(pieces(path).length).toBeGreaterThan(10);
    expect(longest(path)).toBeLessThan(60);
    const { lines } = graticule(extent);
    expect(longest(pathOf(lines, map))).toBeLessThan(160);
  });

  it.each<[string, string, Bounds, readonly [number, number]]>([
    ["degrees", "EPSG:4326", [-12, 34, 4, 46], capeRoca],
    ["degrees from 0 to 360", "EPSG:4326", [340, 34, 364, 46], [350.5, 38.78]],
    ["Europe's equal area", "EPSG:3035", [2_400_000, 1_300_000, 4_400_000, 3_300_000], capeRoca],
    ["a UTM zone", "EPSG:32629", [300_000, 4_100_000, 700_000, 4_500_000], capeRoca],
    ["a map across the antimeridian", "EPSG:4326", [165, -48, 195, -30], eastCape],
    ["New Zealand's own", "EPSG:2193", [1_000_000, 4_700_000, 2_600_000, 6_300_000], eastCape],
  ])("are where they belong in %s", async (_, crs, bounds, place) => {
    const map = frame(crs, bounds);
    const path = pathOf(await coastLines(extentOf(map)!), map);
    // The capes' coordinates are known to a hundredth of a degree, and the atlas is generalised.
    expect(distance(path, placeOf(...place, map))).toBeLessThan(20);
  });

  it("go on on both sides of the antimeridian", async () => {
    const map = frame("EPSG:4326", [150, -55, 200, -15]);
    const path = pathOf(await coastLines(extentOf(map)!), map);
    const xs = pieces(path)
      .flat()
      .map(([x]) => x);
    // Fiji and the islands east of it lie beyond 180 degrees, which is at 600.
    expect(xs.filter((x) => x > 605).length).toBeGreaterThan(5);
    const { lines } = graticule(extentOf(map)!);
    const labels = labelsOf(lines, map).map(({ text }) => text.replaceAll(/<[^>]*>/g, ""));
    expect(labels).toEqual(expect.arrayContaining(["170° E", "180°", "170° W", "30° S"]));
  });
});

describe("a frame", () => {
  it("knows the longitudes that it shows", () => {
    const pole = extentOf(frame("EPSG:3413", [-4_000_000, -4_000_000, 4_000_000, 4_000_000]))!;
    expect(pole.span).toBeGreaterThan(330);
    const pacific = extentOf(frame("EPSG:4326", [150, -55, 200, -15]))!;
    expect(pacific.middle).toBeCloseTo(175, 5);
    expect(pacific.span).toBeCloseTo(50, 5);
  });

  it("draws degrees of longitude as wide as they are at its middle", () => {
    const map = frame("EPSG:4326", [0, 55, 10, 65]);
    expect(map.height).toBeCloseTo(2000, 0);
    expect(frame("EPSG:3035", [0, 0, 1000, 500]).height).toBe(500);
  });

  it("is drawn without coasts where its system is not known, or of another planet", () => {
    expect(frame("nothing that is known", [0, 0, 1, 1]).toGrid).toBeUndefined();
    expect(frame("+proj=longlat +R=1737400 +no_defs", [0, 0, 1, 1]).toGrid).toBeUndefined();
  });
});
