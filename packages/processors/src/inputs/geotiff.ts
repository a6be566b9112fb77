import {
  QuadratError,
  type RasterSource,
  type RasterStack,
  type SourceDefinition,
  type SourceRequest,
} from "@quadrat/core";
import { quietly } from "@quadrat/core/base";
import { crsLookup } from "@quadrat/crs";
import {
  describeGeoTiff,
  filesOfGeoTiff,
  geotiffModule,
  licenseOfGeoTiff,
  openGeoTiff,
  type GeoTiffOptions,
} from "@quadrat/geotiff";
import { chooseBands } from "./columns/bands.js";

/** GeoTIFF, BigTIFF and COG. */
export const geotiffSource: SourceDefinition = {
  name: "geotiff",
  description: "GeoTIFF, BigTIFF and cloud-optimised GeoTIFF, strips or tiles, read by windows",
  kind: "raster",
  extensions: [".tif", ".tiff", ".gtiff", ".geotiff"],
  addresses: true,
  files: ({ path }) => filesOfGeoTiff(path),
  license: ({ path }) => licenseOfGeoTiff(path),
  open: ({ path, dataset }: SourceRequest) => {
    const { band, bands, nodata, crs, scaled, alpha } = dataset;
    for (const key of ["variable", "select"] as const) {
      if (dataset[key] !== undefined)
        throw new QuadratError("usage", `${key} does not apply to GeoTIFF, which has bands`, {
          hint: "choose with `band:` or `bands:`",
          place: { key },
        });
    }
    const options = { path, band, nodata, crs, scaled, alpha };
    return bands === undefined ? openReopenable(options) : openBands(options, bands);
  },
};

/** The bands of a file, of which those are open that were chosen. */
async function openBands(
  options: GeoTiffOptions,
  choice: Parameters<typeof chooseBands>[0],
): Promise<RasterStack> {
  const { bands, descriptions, alphaBand } = await describeGeoTiff(options.path, crsLookup);
  const hidesAlpha = options.alpha !== "ignore";
  const layers = Array.from({ length: bands }, (_, index) => ({
    label: descriptions[index],
    hidden: hidesAlpha && alphaBand === index + 1,
  }));
  const open = new Map<number, RasterSource>();
  const close = async (): Promise<void> => {
    for (const band of open.values()) await band.close();
  };
  try {
    for (const { index } of chooseBands(choice, layers, options.path))
      if (!open.has(index)) open.set(index, await openReopenable({ ...options, band: index + 1 }));
  } catch (error) {
    await quietly(close);
    throw error;
  }
  const [first] = open.values();
  const { width, height, affine, crs, dataType, blockSize, classes } = first!;
  return {
    kind: "stack",
    ...{ width, height, affine, crs, dataType, blockSize, classes, layers, close },
    warnings: [],
    layer: (index) => open.get(index)!,
  };
}

/** Opens the file here, and says how a worker thread, which needs no CRS, opens it itself. */
export async function openReopenable(options: GeoTiffOptions): Promise<RasterSource> {
  const source = await openGeoTiff({ ...options, lookup: crsLookup });
  return Object.assign(source, {
    reopen: { module: geotiffModule, call: "openGeoTiff", argument: options },
    openOverview: (overview: number) => openReopenable({ ...options, overview }),
  });
}
