import type { RasterSource, SourceDefinition, SourceRequest } from "@quadrat/core";
import { filesOfGeoTiff, openGeoTiff, type GeoTiffOptions } from "../geotiff/index.js";

const module = new URL(
  import.meta.url.endsWith(".ts") ? "../../dist/geotiff/index.js" : "../geotiff/index.js",
  import.meta.url,
).href;

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

/** Opens the file here, and says how a worker thread opens it for itself. */
export async function openReopenable(options: GeoTiffOptions): Promise<RasterSource> {
  const source = await openGeoTiff(options);
  return Object.assign(source, {
    reopen: { module, call: "openGeoTiff", argument: options },
    openOverview: (overview: number) => openReopenable({ ...options, overview }),
  });
}
