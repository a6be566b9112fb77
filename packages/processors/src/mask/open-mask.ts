import { locate, QuadratError, type Grid, type OpenMask, type StageContext } from "@quadrat/core";
import { sha256Of } from "@quadrat/core/base";
import {
  findInputFiles,
  provides,
  type HashedFile,
  type InputFiles,
  type MaskConfig,
} from "@quadrat/core/host";
import { parseCrs } from "@quadrat/crs";
import { rangeFiles } from "../ranges/open-ranges.js";
import { changeOf } from "../staging/inputs.js";
import type { FoundMask } from "./found-mask.js";
import { polygonMask } from "./polygon-mask.js";
import { rasterMask } from "./raster-mask.js";

/**
 * Finds the cells of a mask: by polygons, or by a raster if a source reads the file as one.
 * @throws QuadratError if the file can't be read, or no cell of the grid is in the mask
 */
export async function openMask(config: MaskConfig, grid: Grid, context: StageContext): Promise<OpenMask> {
  try {
    return await open(config, grid, context);
  } catch (error) {
    throw locate(error, { file: config.path }, "input");
  }
}

async function open(config: MaskConfig, grid: Grid, context: StageContext): Promise<OpenMask> {
  const { registry, progress } = context;
  const { path, crs } = config;
  if (crs !== undefined) checkCrs(crs);
  const source = registry.sourceFor(path, "raster");
  const isRaster = source !== undefined && provides(source.definition, "raster");
  if (isRaster && config.coverage)
    throw new QuadratError("usage", `${path} is a raster, of which there is no coverage`, {
      hint: "leave out `coverage`, which applies to polygons",
      place: { key: "coverage" },
    });
  const { found, files } = isRaster
    ? await rasterMask(config, grid, context)
    : await fromPolygons(config, grid, context);
  const { mask, coverage, warnings, used } = found;
  for (const warning of warnings) progress.log("warning", `mask: ${warning}`);
  if (mask.size === 0)
    throw new QuadratError("input", `${path}: no cell of the grid is in the mask`, {
      hint: isRaster
        ? "a cell is in it if the pixel under its centre is not 0 and has a value"
        : "check the bounds of the grid and the CRS of the mask; `rule: touched` takes cells of small polygons too",
      place: { file: path },
    });
  return {
    cells: mask,
    size: mask.size,
    ...(coverage && { coverage }),
    files: await contentOf(files, used),
  };
}

async function fromPolygons(
  config: MaskConfig,
  grid: Grid,
  { signal }: StageContext,
): Promise<{ readonly found: FoundMask; readonly files: InputFiles }> {
  const files = await findInputFiles(() => rangeFiles(config.path));
  return { found: await polygonMask(config, grid, signal), files };
}

/** The files by their content; refuses those that are not what was read. */
async function contentOf(
  files: InputFiles,
  used: readonly string[] | undefined,
): Promise<readonly HashedFile[]> {
  const hashed: HashedFile[] = [];
  for (const { path, bytes, sha256 } of files.before) {
    if (used && !used.includes(path)) continue;
    hashed.push({ path, bytes, sha256: sha256 ?? (await sha256Of(path)) });
  }
  const change = await changeOf(files, sha256Of);
  if (change) throw change;
  return hashed;
}

function checkCrs(crs: string): void {
  try {
    parseCrs(crs);
  } catch (error) {
    throw locate(error, { key: "crs" });
  }
}
