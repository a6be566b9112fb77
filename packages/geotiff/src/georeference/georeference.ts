import { invertAffine } from "@quadrat/core/base";
import type { Affine } from "@quadrat/core/base";
import type { Directory, TiffContainer } from "../container/container.js";
import { fault } from "../container/fault.js";
import { readNumbers } from "../container/field-values.js";
import { Key } from "./geokeys.js";
import type { GeoKeys } from "./geokeys.js";
import { Tag } from "../container/tags.js";

/** The georeferencing of an image, as far as the file states it. */
export interface Georeference {
  /** undefined if the file has neither scale and tie point nor a transformation. */
  readonly affine: Affine | undefined;
  /** The number of ground control points, which do not define an affine map without a choice of method. */
  readonly controlPoints: number;
  readonly hasRpcs: boolean;
  readonly warnings: readonly string[];
}

const pixelIsPoint = 2;

/**
 * Reads the georeferencing tags, with the precedence of GDAL: scale and tie point before a transformation matrix. If pixels
 * are points (GTRasterType 2), (0, 0) of the tags is the centre of the first pixel: half a pixel is subtracted.
 * @throws QuadratError of kind "input" for a scale of 0, numbers that are not finite, or a map that can't be inverted
 */
export async function readGeoreference(
  container: TiffContainer,
  directory: Directory,
  keys: GeoKeys | undefined,
): Promise<Georeference> {
  const { path } = container.file;
  const scale = await readNumbers(container, directory, Tag.ModelPixelScale);
  const tiepoints = (await readNumbers(container, directory, Tag.ModelTiepoint)) ?? [];
  const matrix = await readNumbers(container, directory, Tag.ModelTransformation);
  const points = Math.floor(tiepoints.length / 6);
  const warnings: string[] = [];
  const base = { controlPoints: points > 1 ? points : 0, hasRpcs: directory.fields.has(Tag.RpcCoefficients) };

  let corner: Affine | undefined;
  if (scale && points > 0) {
    corner = fromScale(path, scale, tiepoints, warnings);
    if (points > 1)
      warnings.push(`only the first of ${points} tie points is used, since there is a pixel scale`);
  } else if (matrix) {
    corner = fromMatrix(path, matrix);
  }
  if (!corner) return { affine: undefined, ...base, warnings };

  const affine = keys?.number(Key.RasterType) === pixelIsPoint ? shiftHalfPixel(corner) : corner;
  checkAffine(path, affine, "the georeferencing");
  return { affine, ...base, warnings };
}

function fromScale(
  path: string,
  scale: readonly number[],
  tiepoints: readonly number[],
  warnings: string[],
): Affine {
  const [x, y] = scale;
  if (!(Number.isFinite(x) && Number.isFinite(y) && x !== 0 && y !== 0)) {
    throw fault(path, `ModelPixelScale is ${scale.join(", ")}: a pixel needs a size`, {
      hint: "correct it, for example with gdal_edit.py -a_ullr XMIN YMAX XMAX YMIN in.tif",
    });
  }
  const [column, row, , east, north] = tiepoints as [number, number, number, number, number];
  if (![column, row, east, north].every(Number.isFinite)) {
    throw fault(path, `the tie point (${column}, ${row}) -> (${east}, ${north}) is not finite`, {
      hint: "correct it, for example with gdal_edit.py -a_ullr XMIN YMAX XMAX YMIN in.tif",
    });
  }
  // The specification has only positive sizes; GDAL reads a negative one as a north-up image, and so do we.
  if (y! < 0)
    warnings.push("ModelPixelScale has a negative height; the image is read as north-up, as in GDAL");
  const height = -Math.abs(y!);
  return { a: x!, b: 0, c: east - column * x!, d: 0, e: height, f: north - row * height };
}

function fromMatrix(path: string, matrix: readonly number[]): Affine {
  if (matrix.length !== 16)
    throw fault(path, `ModelTransformation has ${matrix.length} numbers instead of 16`);
  const [a, b, , c, d, e, , f] = matrix as [number, number, number, number, number, number, number, number];
  return { a, b, c, d, e, f };
}

/** Moves the origin from the centre of the first pixel to its corner. */
export function shiftHalfPixel({ a, b, c, d, e, f }: Affine): Affine {
  return { a, b, c: c - (a + b) / 2, d, e, f: f - (d + e) / 2 };
}

/** @throws QuadratError of kind "input" if pixels don't cover an area */
export function checkAffine(path: string, affine: Affine, what: string): void {
  try {
    if (Object.values(affine).every(Number.isFinite)) return void invertAffine(affine);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  const { a, b, c, d, e, f } = affine;
  throw fault(
    path,
    `${what} is not a usable map: x = ${a} col + ${b} row + ${c}, y = ${d} col + ${e} row + ${f}`,
    {
      hint: "correct it, for example with gdal_edit.py -a_ullr XMIN YMAX XMAX YMIN in.tif",
    },
  );
}
