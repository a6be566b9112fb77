import type { SourceDefinition, SourceRequest } from "@quadrat/core";
import { vectorEndings } from "../ranges/formats/open-features.js";
import { openRanges, rangeFiles } from "../ranges/open-ranges.js";

/** Polygons, such as ranges of species and regions, put into the cells of the grid. */
export const polygonSource: SourceDefinition = {
  name: "polygons",
  description:
    "polygons in GeoPackage, shapefile, GeoJSON, FlatGeobuf and GeoParquet, put into cells feature by feature",
  kind: "cells",
  datasets: "ranges",
  extensions: vectorEndings,
  files: ({ path }) => rangeFiles(path),
  open: (request: SourceRequest) => openRanges(request),
};
