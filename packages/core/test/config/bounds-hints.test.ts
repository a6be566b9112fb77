import { describe, expect, it } from "vitest";
import { configWarnings, parseConfig } from "../../src/host.js";
import { refusal, sound } from "./refusal.js";

const withBounds = (bounds: string, crs = "EPSG:4326") => ({
  overrides: [`grid.crs=${crs}`, `grid.bounds=${bounds}`],
});

describe("bounds that are refused", () => {
  it.each([
    ["[170, -20, -170, 20]", "to cross longitude 180, write [170, -20, 190, 20]"],
    ["[-180, 180, -90, 90]", "if that was [xmin, xmax, ymin, ymax], write [-180, -90, 180, 90]"],
  ])("%s: %s", (bounds, hint) => {
    expect(refusal(sound, withBounds(bounds)).join()).toMatch(
      new RegExp(`${hint.replaceAll(/[[\]]/g, "\\$&")}$`),
    );
  });

  it.each(["[7, 49, 5, 51]", "[10, 60, -10, 40]", "[500000, 0, 400000, 100000]"])(
    "%s: nothing suggests itself",
    (bounds) => {
      expect(refusal(sound, withBounds(bounds)).join()).toMatch(/allowed: \[xmin, ymin, xmax, ymax\]$/);
    },
  );
});

describe("latitudes that come first", () => {
  const warnings = (bounds: string, crs?: string) =>
    configWarnings(parseConfig(sound, { file: "c.yml", ...withBounds(bounds, crs) })).join();

  it("are named where they show", () => {
    expect(warnings("[30, -120, 50, -60]")).toMatch(/if latitudes came first, write \[-120, 30, -60, 50\]$/);
    expect(warnings("[-90, -180, 90, 180]", "4326")).toMatch(/write \[-180, -90, 180, 90\]$/);
  });

  it("are not suspected of a grid around a pole", () => {
    expect(warnings("[0, -90.25, 20, 90]")).toMatch(/stay empty$/);
    expect(warnings("[-180, -95, 180, 90]")).toMatch(/stay empty$/);
  });
});

describe("rasters in formats that only GDAL reads", () => {
  it.each([
    ["in/x.asc", "gdal_translate -of COG x.asc x.tif"],
    ["x.VRT", "gdal_translate -of COG x.VRT x.tif"],
    ["x.jp2", "gdal_translate -of COG x.jp2 x.tif"],
    ["x.hdf", "gdalinfo x.hdf lists the subdatasets"],
  ])("%s: %s", (path, hint) => {
    expect(refusal(sound, { overrides: [`datasets.elevation.path=${path}`] }).join()).toContain(hint);
  });
});
