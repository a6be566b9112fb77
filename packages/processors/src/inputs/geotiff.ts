import type { RasterSource, SourceDefinition, SourceRequest } from "@quadrat/core";
import { crsLookup } from "@quadrat/crs";
import { filesOfGeoTiff, geotiffModule, openGeoTiff, type GeoTiffOptions } from "@quadrat/geotiff";

/** GeoTIFF, BigTIFF and COG. */
export const geotiffSource: SourceDefinition = {
  name: "geotiff",
  description: "GeoTIFF, BigTIFF and cloud-optimised GeoTIFF, strips or tiles, read by windows",
  kind: "raster",
  extensions: [".tif", ".tiff", ".gtiff", ".geotiff"],
  files: ({ path }) => filesOfGeoTiff(path),
  open: ({ path, dataset }: SourceRequest) => {
    const { band, nodata, crs, scaled, alpha } = dataset;
    return openReopenable({ path, band, nodata, crs, scaled, alpha });
  },
};

/** Opens the file here, and says how a worker thread, which needs no CRS, opens it itself. */
export async function openReopenable(options: GeoTiffOptions): Promise<RasterSource> {
  const source = await openGeoTiff({ ...options, lookup: crsLookup });
  return Object.assign(source, {
    reopen: { module: geotiffModule, call: "openGeoTiff", argument: options },
    openOverview: (overview: number) => openReopenable({ ...options, overview }),
  });
}
