import { Grid, isAxisAligned, locate, QuadratError, type Bounds, type RasterSource } from "@quadrat/core";
import type { GridConfig } from "@quadrat/core/host";
import { parseCrs, type Crs } from "@quadrat/crs";
import type { OpenInput } from "../inputs/open-input.js";
import { coveringBounds } from "./covering.js";
import { rasterExtent } from "./extent.js";
import { refuseBeyondPole, wholeCells } from "./whole-cells.js";

/** The grid of a configuration: written out, like a raster, or covering the inputs. */
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
  const target = parseCrs(crs);
  const wanted = bounds === "auto" ? unionOf(inputs, target) : bounds;
  const whole = bounds === "auto" ? wholeCells(wanted, resolution, target) : bounds;
  const grid = new Grid({ crs, resolution, bounds: whole });
  refuseBeyondPole(grid, wanted[1], wanted[3], config, target);
  return grid;
}

async function likeRaster(path: string, openRaster: (path: string) => Promise<RasterSource>): Promise<Grid> {
  let raster: RasterSource | undefined;
  try {
    raster = await openRaster(path);
    const { crs, affine } = raster;
    if (crs === undefined || !isAxisAligned(affine)) {
      const fault = crs === undefined ? "does not state its coordinate reference system" : "is rotated";
      throw new QuadratError("usage", `${path} can't define the grid: it ${fault}`, {
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

function unionOf(inputs: readonly OpenInput[], target: Crs): Bounds {
  const all = inputs.flatMap(({ source, crs: own }) => {
    if (source.kind !== "raster" || own === undefined) return [];
    const bounds = coveringBounds(source.raster, parseCrs(own), target);
    return bounds ? [bounds] : [];
  });
  if (all.length === 0) {
    throw new QuadratError(
      "usage",
      "`bounds: auto` takes the union of the rasters, but none of them has an image in the grid's CRS; tables do not count",
      {
        hint: "write the bounds as [xmin, ymin, xmax, ymax]",
        place: { key: "grid.bounds" },
      },
    );
  }
  return [
    Math.min(...all.map(([xmin]) => xmin)),
    Math.min(...all.map(([, ymin]) => ymin)),
    Math.max(...all.map(([, , xmax]) => xmax)),
    Math.max(...all.map(([, , , ymax]) => ymax)),
  ];
}
