import { definePlugin, version } from "@quadrat/core";
import { gdalMethods } from "./resample/gdal-methods.js";
import { geotiffSource } from "./sources/geotiff.js";
import { tableSource } from "./sources/table.js";
import { loadStage } from "./stages/load.js";
import { mergeStage } from "./stages/merge.js";
import { resampleStage } from "./stages/resample.js";

export { createTransform, parseCrs, sameCrs, type CoordinateTransform, type Crs } from "@quadrat/crs";
export { openGeoTiff, type GeoTiffOptions, type GeoTiffSource } from "@quadrat/geotiff";
export * from "./resample/index.js";

/** The sources, stages and resampling methods that come with Quadrat. */
export const builtinProcessors = definePlugin({
  name: "@quadrat/processors",
  version,
  resamplings: gdalMethods,
  sources: [geotiffSource, tableSource],
  stages: [
    { name: "load", description: "opens every input and settles the grid", create: loadStage },
    {
      name: "resample",
      description: "puts every dataset on the grid and into the store",
      create: resampleStage,
    },
    { name: "merge", description: "joins the datasets, cell by cell", create: mergeStage },
  ],
});
