import type { QuadratError } from "@quadrat/core/base";
import { fault, InexactInteger } from "../container/fault.js";
import { describeBlock, type ImageLayout } from "./layout.js";

const damagedHint =
  "the file is damaged; download or copy it again, or check it with GDAL: gdalinfo -checksum";
const inexactHint =
  "if it marks pixels without a value, give it as `nodata:`; otherwise round the values: gdal_translate -ot Float64 in.tif out.tif";

/** The error of a block that could not be decoded, with file and block. */
export function blockFault(path: string, layout: ImageLayout, block: number, cause: unknown): QuadratError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const hint = cause instanceof InexactInteger ? inexactHint : damagedHint;
  return fault(path, `${describeBlock(layout, block)}: ${reason}`, { cause, hint });
}
