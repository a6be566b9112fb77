import { basename } from "node:path";
import type { Affine } from "@quadrat/core/base";
import { fault, readingOf } from "../fault.js";
import { groupOf, numberOf, shownName, signature, type Container, type Variable } from "../model.js";
import type { Plane } from "../plane-reader.js";
import { kindOf, type Axis } from "./axes.js";
import { georeferenceOf } from "./crs.js";
import { MappingFault } from "./grid-mapping.js";
import { readAxis } from "./read-all.js";
import { lookUp, namesIn } from "./scope.js";
import { evenAxis, type EvenAxis } from "./spacing.js";

/** Where the pixels of a variable are. */
export interface Placement {
  readonly plane: Plane;
  readonly affine: Affine;
  readonly crs: string | undefined;
  readonly warnings: readonly string[];
}

const turn = 360;

/** @param crs used instead of the file's */
export async function place(
  container: Container,
  variable: Variable,
  x: Axis,
  y: Axis,
  crs: string | undefined,
): Promise<Placement> {
  const { path } = container;
  let georeference;
  try {
    georeference = georeferenceOf(container, variable, { x, y }, crs);
  } catch (error) {
    if (!(error instanceof MappingFault)) throw error;
    throw fault(path, `${signature(variable)} can't be placed: ${error.message}`, {
      hint: "give its CRS in the configuration, such as `crs: EPSG:4326`",
    });
  }
  const columns = await readEven(path, x);
  const rows = await readEven(path, y);
  const [scaleX, scaleY] = georeference.scale;
  const affine = {
    a: columns.step * scaleX,
    b: 0,
    c: columns.edge * scaleX,
    d: 0,
    e: rows.step * scaleY,
    f: rows.edge * scaleY,
  };
  const width = x.kind === "longitude" ? onceAround(columns) : columns.count;
  const repeated = columns.count - width;
  const warnings =
    repeated > 0
      ? [`${repeated} of ${columns.count} columns of ${x.dimension.name} repeat others, a turn away`]
      : [];
  const plane = { row: y.position, column: x.position, width, height: rows.count };
  return { plane, affine, crs: georeference.crs, warnings };
}

/** Columns without those that repeat others, where longitudes go around more than once. */
function onceAround({ step, count }: EvenAxis): number {
  const around = turn / Math.abs(step);
  const whole = Math.round(around);
  return Math.abs(around - whole) < 1e-6 * around ? Math.min(count, whole) : count;
}

async function readEven(path: string, { coordinates, kind }: Axis): Promise<EvenAxis> {
  const name = shownName(coordinates!.path);
  const values = await readingOf(path, name, () => readAxis(coordinates!));
  const scale = Math.abs(numberOf(coordinates!.attributes, "scale_factor") ?? 0);
  const isPacked = scale > 0 && !coordinates!.type!.startsWith("float");
  const rounding = { type: coordinates!.type!, quantum: isPacked ? 0.51 * scale : 0 };
  const axis = evenAxis(values, rounding, kind === "longitude" ? turn : undefined);
  if (!("fault" in axis)) return axis;
  throw fault(path, `the coordinates ${name} are not those of a regular grid: ${axis.fault}`, {
    hint: `put the data on a regular grid first, such as with cdo remapbil,r720x360 ${basename(path)} out.nc`,
  });
}

/** The error that a variable has no axes of its own for rows and columns. */
export function unplaced(container: Container, variable: Variable, axes: readonly Axis[]): Error {
  const { path } = container;
  const name = signature(variable);
  const flat = twoDimensional(container, variable);
  if (flat.length > 0) {
    return fault(
      path,
      `${name} is on a curvilinear grid: its coordinates ${flat.map(signature).join(" and ")} are two-dimensional`,
      { hint: `put it on a regular grid first, such as with cdo remapbil,r720x360 ${basename(path)} out.nc` },
    );
  }
  if (!variable.dimensions) {
    return fault(path, `${name} has no coordinates: no dimension scales say where its rows and columns are`, {
      hint: "convert it to a GeoTIFF: gdal_translate -a_srs EPSG:4326 -a_ullr XMIN YMAX XMAX YMIN",
    });
  }
  const told = axes.map(({ dimension, coordinates, kind }) =>
    coordinates
      ? `${dimension.name} is ${kind === "other" ? "neither x nor y by its units, standard_name or axis" : kind}`
      : `${dimension.name} has no coordinates`,
  );
  return fault(path, `${name} has no coordinates for rows and columns: ${told.join("; ")}`, {
    hint: 'axes are known by units such as "degrees_north", by standard_name or by axis',
  });
}

/** Latitudes and longitudes of two dimensions that belong to a variable. */
function twoDimensional(container: Container, variable: Variable): Variable[] {
  const own = new Set((variable.dimensions ?? []).map(({ path }) => path));
  const listed = namesIn(variable.attributes.get("coordinates")).flatMap(
    (name) => lookUp(container, groupOf(variable.path), name) ?? [],
  );
  return [...new Set([...listed, ...container.variables])].filter(({ attributes, dimensions, shape }) => {
    const kind = kindOf(attributes);
    const isPlace = kind === "latitude" || kind === "longitude";
    return isPlace && shape.length === 2 && (dimensions ?? []).every(({ path }) => own.has(path));
  });
}
