import * as z from "zod";
import { allowed, crs, finite, flag, integer, key, oneOf, text } from "./keys.js";

const maskDescription =
  "The cells that may become rows: those in polygons, or under pixels of a raster that are not 0 and not NULL.";

/** The keys of `mask:`. */
export const maskKeys = {
  path: text(
    "A file of polygons, or a raster, relative to the configuration file.",
    "the path of a file of polygons, or of a raster",
  ),
  rule: oneOf(
    ["centre", "touched", "coverage"],
    "Polygons: a cell is in the mask if its centre is in a polygon (default), if a polygon touches it, or if polygons cover enough of it.",
  ).optional(),
  threshold: key(finite.gt(0).lte(1), {
    description:
      "Polygons, rule coverage: the fraction of a cell from which on it is in the mask. Default: 0.5.",
    allowed: "a number above 0, at most 1",
  }).optional(),
  layer: text("Polygons: a layer of a GeoPackage that has several.", "the name of a layer").optional(),
  where: text("Polygons: a SQL condition on their attributes.", "a SQL condition").optional(),
  invalid: oneOf(
    ["repair", "refuse"],
    "Polygons: what becomes of rings that cross or touch themselves. Default: repair.",
  ).optional(),
  coverage: flag(
    "Polygons: adds a column mask_coverage, the fraction of the cell that they cover together. Default: false.",
  ).optional(),
  crs: crs("Overrides the coordinate reference system of the file.").optional(),
  band: integer(1, 65_535, "A raster: its band, counted from 1. Default: 1.").optional(),
};

export const maskSchema = z.strictObject(maskKeys).meta({ description: maskDescription });
allowed.add(maskSchema, { text: "a mapping with a path, such as {path: data/study.gpkg}" });
