import {
  Grid,
  isAxisAligned,
  locate,
  QuadratError,
  type Bounds,
  type GridConfig,
  type RasterSource,
} from "@quadrat/core";
import { createTransform, parseCrs } from "../crs/index.js";
import type { OpenInput } from "../stages/open-input.js";
import { projectBounds, rasterExtent } from "./extent.js";

/** The grid that a configuration asks for: written out, like a raster, or as wide as the inputs. */
export async function resolveGrid(
  config: GridConfig,
  inputs: readonly OpenInput[],
  openRaster: (path: string) => Promise<RasterSource>,
): Promise<Grid> {
  if (config.like !== undefined) return likeRaster(config.like, openRaster);
  const { crs, resolution, bounds } = config;
  if (crs === undefined || resolution === undefined || bounds === undefined) {
    throw new QuadratError("usage", "the grid is not complete", {
      hint: "give crs, resolution and bounds, or `like:` with a raster",
      place: { key: "grid" },
    });
  }
  parseCrs(crs);
  if (bounds !== "auto") return new Grid({ crs, resolution, bounds });
  return new Grid({ crs, resolution, bounds: wholeCells(unionOf(inputs, crs), resolution) });
}

async function likeRaster(path: string, openRaster: (path: string) => Promise<RasterSource>): Promise<Grid> {
  let raster: RasterSource | undefined;
  try {
    raster = await openRaster(path);
    const { crs, affine } = raster;
    if (crs === undefined || !isAxisAligned(affine)) {
      const fault = crs === undefined ? "does not say its coordinate reference system" : "is rotated";
      throw new QuadratError("usage", `${path} can't give the grid: it ${fault}`, {
        hint: "write crs, resolution and bounds into the configuration instead",
      });
    }
    const resolution = [Math.abs(affine.a), Math.abs(affine.e)] as const;
    return new Grid({ crs, resolution, bounds: rasterExtent(raster) });
  } catch (error) {
    throw locate(error, { file: path, key: "grid.like" }, "input");
  } finally {
    await raster?.close();
  }
}

function unionOf(inputs: readonly OpenInput[], crs: string): Bounds {
  const target = parseCrs(crs);
  const all = inputs.flatMap(({ source, crs: own }) => {
    if (source.kind !== "raster" || own === undefined) return [];
    const bounds = projectBounds(rasterExtent(source.raster), createTransform(parseCrs(own), target));
    return bounds ? [bounds] : [];
  });
  if (all.length === 0) {
    throw new QuadratError("usage", "`bounds: auto` takes the union of the rasters, and there is none", {
      hint: "write the bounds as [xmin, ymin, xmax, ymax]",
      place: { key: "grid.bounds" },
    });
  }
  return [
    Math.min(...all.map(([xmin]) => xmin)),
    Math.min(...all.map(([, ymin]) => ymin)),
    Math.max(...all.map(([, , xmax]) => xmax)),
    Math.max(...all.map(([, , , ymax]) => ymax)),
  ];
}

/** Grows bounds outwards to multiples of the resolution, as `gdalwarp -tap` does. */
function wholeCells([xmin, ymin, xmax, ymax]: Bounds, [dx, dy]: readonly [number, number]): Bounds {
  const down = (value: number, step: number): number => decimal(Math.floor(value / step + 1e-9) * step);
  const up = (value: number, step: number): number => decimal(Math.ceil(value / step - 1e-9) * step);
  return [down(xmin, dx), down(ymin, dy), up(xmax, dx), up(ymax, dy)];
}

function decimal(value: number): number {
  return Number(value.toPrecision(15));
}
