import {
  QuadratError,
  type RasterSource,
  type RasterStack,
  type SourceDefinition,
  type SourceRequest,
} from "@quadrat/core";
import {
  filesOfArrays,
  licenseOfArrays,
  multidimModule,
  openArrays,
  type ArrayOptions,
} from "@quadrat/multidim";

/** NetCDF and HDF5. */
export const netcdfSource: SourceDefinition = {
  name: "netcdf",
  description: "NetCDF-3, NetCDF-4 and HDF5 with CF conventions, read by chunks",
  kind: "raster",
  extensions: [".nc", ".nc3", ".nc4", ".cdf", ".netcdf", ".h5", ".hdf5", ".he5"],
  open: (request) => open(request, "NetCDF"),
  license: ({ path }) => licenseOfArrays(path),
};

/** Folders of Zarr version 2 and 3. */
export const zarrSource: SourceDefinition = {
  name: "zarr",
  description: "Zarr version 2 and 3 in a local folder, consolidated or not, with CF conventions",
  kind: "raster",
  extensions: [".zarr"],
  collections: true,
  files: ({ path }) => filesOfArrays(path),
  open: (request) => open(request, "Zarr"),
  license: ({ path }) => licenseOfArrays(path),
};

/** Keys that have a meaning for other rasters only, and what to write instead. */
const foreign = {
  bands: "choose with `variable:`, `select:` and `time:`",
  alpha: "remove it",
} as const;

async function open({ path, dataset }: SourceRequest, format: string): Promise<RasterSource | RasterStack> {
  const { variable, select, nodata, crs, scaled } = dataset;
  for (const [key, hint] of Object.entries(foreign)) {
    if (dataset[key as keyof typeof foreign] !== undefined)
      throw new QuadratError("usage", `${key} does not apply to ${format}, which has variables`, {
        hint,
        place: { key },
      });
  }
  const options: ArrayOptions = { path, variable, select, nodata, crs, scaled };
  const opened = await openArrays(options);
  return Object.assign(opened, {
    reopen: { module: multidimModule, call: "openArrays", argument: options },
  });
}
