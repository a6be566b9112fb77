import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { openFile, quietly } from "@quadrat/core/base";
import { fault } from "./fault.js";
import { openHdf5 } from "./hdf5/hdf5.js";
import { findSuperblock } from "./hdf5/superblock.js";
import type { Container } from "./model.js";
import { openNetcdf3 } from "./netcdf3/netcdf3.js";
import { openZarr } from "./zarr/zarr.js";

/**
 * Opens a file or folder by what it contains, not by its name.
 * @throws QuadratError of kind "input" if it is of another format, or damaged
 */
export async function openContainer(path: string): Promise<Container> {
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isDirectory()) return openZarr(path);
  const file = await openFile(path);
  try {
    const start = Buffer.from(await file.read(0, Math.min(4, file.size))).toString("latin1");
    if (/^CDF[\x01\x02\x05]$/.test(start)) return await openNetcdf3(file);
    const superblock = await findSuperblock(file);
    if (superblock !== undefined) return await openHdf5(file, superblock);
    throw fault(path, `${basename(path)} is ${formatOf(start)}, not NetCDF or HDF5`, {
      hint: "convert it, such as with gdal_translate -of COG, or give the file that it was made from",
    });
  } catch (error) {
    await quietly(() => file.close());
    throw error;
  }
}

function formatOf(start: string): string {
  if (start === "\x0e\x03\x13\x01") return "HDF4";
  if (start === "GRIB") return "GRIB";
  if (/^(II[*+]|MM\0[*+])/.test(start)) return "TIFF";
  if (start.startsWith("PK")) return "a ZIP archive";
  if (start.startsWith("\x1f\x8b")) return "compressed by gzip";
  return start === "" ? "empty" : "in another format";
}
