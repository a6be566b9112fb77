import { addressFault, foreignAddressFault, offlineFault, pathInAddress } from "../remote/address.js";
import { datasetKind, kindOfDataset } from "./kinds.js";
import type { DatasetKind } from "./types.js";

/** Formats of rasters that are read from files alone, by their endings. */
const otherRasters: readonly (readonly [ending: RegExp, name: string])[] = [
  [/\.zarr\/?$/i, "Zarr stores"],
  [/\.(nc|nc3|nc4|cdf|netcdf|h5|hdf5|he5)$/i, "NetCDF and HDF5"],
];

/** Sources that open addresses, besides those of plugins, which say for themselves. */
const sources = ["geotiff"];

/** Why an address can't be the path of an input, with what to do; undefined if it can. */
export function addressProblem(
  input: {
    readonly path: string;
    readonly kind?: DatasetKind | undefined;
    readonly source?: string | undefined;
  },
  offline: boolean,
  hasPlugins: boolean,
): string | undefined {
  const { path, source } = input;
  const fault = addressFault(path);
  if (fault !== undefined) return fault;
  if (offline) return offlineFault;
  const kind = input.kind ?? kindOfDataset({ path, source });
  if (
    input.kind === undefined &&
    kind !== "raster" &&
    datasetKind(path) === undefined &&
    source === undefined
  )
    return "the ending of the address does not tell what it is; add kind: raster if it is a GeoTIFF";
  if (kind !== undefined && kind !== "raster") return foreignAddressFault(names[kind]);
  const other = otherRasters.find(([ending]) => ending.test(pathInAddress(path)));
  if (other && source === undefined) return foreignAddressFault(other[1]);
  if (source !== undefined && !sources.includes(source) && !hasPlugins)
    return foreignAddressFault(`inputs of the source ${source}`);
  return undefined;
}

const names: Readonly<Record<Exclude<DatasetKind, "raster">, string>> = {
  occurrences: "tables",
  ranges: "polygons",
  query: "queries",
};
