import { definePlugin, version } from "@quadrat/core";
import { gdalMethods } from "./resample/methods/gdal-methods.js";
import { netcdfSource, zarrSource } from "./inputs/arrays.js";
import { geotiffSource } from "./inputs/geotiff.js";
import { polygonSource } from "./inputs/polygons.js";
import { tableSource } from "./inputs/tables.js";
import { loadStage } from "./stages/load.js";
import { mergeStage } from "./stages/merge.js";
import { pointsStage } from "./stages/points.js";
import { resampleStage } from "./stages/resample.js";

export { createTransform, parseCrs, sameCrs, type CoordinateTransform, type Crs } from "@quadrat/crs";
export { openGeoTiff, type GeoTiffOptions, type GeoTiffSource } from "@quadrat/geotiff";
export * from "./resample/index.js";

/** The sources, stages and resampling methods that come with Quadrat. */
export const builtinProcessors = definePlugin({
  name: "@quadrat/processors",
  version,
  resamplings: gdalMethods,
  sources: [geotiffSource, netcdfSource, zarrSource, tableSource, polygonSource],
  stages: [
    { name: "load", description: "opens every input and determines the grid", create: loadStage },
    {
      name: "resample",
      description: "puts every dataset on the grid and into the store",
      create: resampleStage,
    },
    { name: "merge", description: "joins the datasets cell by cell", create: mergeStage },
    {
      name: "points",
      description: "makes the table of records and background with their values",
      create: pointsStage,
    },
  ],
});
