import { isQuadratError } from "@quadrat/core/base";
import { parseCrs } from "@quadrat/crs";
import { groupOf, numberOf, textOf, type Attributes, type Container, type Variable } from "../model.js";
import type { Axis } from "./axes.js";
import { MappingFault, projOf } from "./grid-mapping.js";
import { lookUp, namesIn } from "./scope.js";

/** Where the coordinates of a variable are: in which CRS, and how they become its units. */
export interface Georeference {
  /** undefined: the file does not say. */
  readonly crs: string | undefined;
  /** Units of the CRS in a unit of x and of y. */
  readonly scale: readonly [x: number, y: number];
}

/** Metres in units of length. */
const lengths: readonly (readonly [form: RegExp, metres: number])[] = [
  [/^(m|met(er|re)s?)$/i, 1],
  [/^(km|kilomet(er|re)s?)$/i, 1000],
  [/^(ft|foot|feet)$/i, 0.3048],
  [/^us[_\s]survey[_\s](foot|feet)$/i, 1200 / 3937],
];

const angles: readonly (readonly [form: RegExp, radians: number])[] = [
  [/^(rad|radians?)$/i, 1],
  [/^microradians?$/i, 1e-6],
];

/**
 * The CRS of a variable, from its grid mapping; without one longitudes and latitudes are those of WGS 84.
 * @param given a CRS that is used instead of the file's
 * @throws MappingFault
 */
export function georeferenceOf(
  container: Container,
  variable: Variable,
  axes: { readonly x: Axis; readonly y: Axis },
  given: string | undefined,
): Georeference {
  const mapping = mappingOf(container, variable, axes, given !== undefined);
  const geographic = axes.x.kind === "longitude" && axes.y.kind === "latitude";
  const units = [axes.x, axes.y].map(({ coordinates }) => textOf(coordinates!.attributes, "units") ?? "");
  const height = mapping && numberOf(mapping.attributes, "perspective_point_height");
  const metres = geographic ? undefined : units.map((unit) => metresIn(unit, height));
  const crs = given ?? (mapping ? crsOf(mapping, metres?.[0] ?? 1) : geographic ? "EPSG:4326" : undefined);
  if (!metres || crs === undefined) return { crs, scale: [1, 1] };
  const { definition, isGeographic } = parsed(crs);
  if (isGeographic || definition.projection === "ob_tran") return { crs, scale: [1, 1] };
  const scale = metres.map((one, i) => {
    if (one === undefined)
      throw new MappingFault(
        `the units of ${nameOf([axes.x, axes.y][i]!)}, "${units[i]}", are not known: m and km are`,
      );
    return one / definition.unitFactor;
  });
  return { crs, scale: scale as [number, number] };
}

function nameOf({ dimension }: Axis): string {
  return dimension.name;
}

/** Metres in a unit; without a unit they are metres. Of a satellite's angles by its height. */
function metresIn(unit: string, height: number | undefined): number | undefined {
  if (unit === "") return 1;
  const angle = angles.find(([form]) => form.test(unit))?.[1];
  if (angle !== undefined && height !== undefined) return angle * height;
  return lengths.find(([form]) => form.test(unit))?.[1];
}

interface Mapping {
  readonly name: string;
  readonly attributes: Attributes;
}

/** The grid mapping: one name, or `name: x y other: lat lon`, of which the one for these axes counts. */
function mappingOf(
  container: Container,
  variable: Variable,
  { x, y }: { readonly x: Axis; readonly y: Axis },
  isOptional: boolean,
): Mapping | undefined {
  const text = textOf(variable.attributes, "grid_mapping");
  if (text === undefined || text === "") return undefined;
  const names = namesIn(text);
  let name = names[0]!.replace(/:$/, "");
  let current = "";
  for (const word of names) {
    if (word.endsWith(":")) current = word.slice(0, -1);
    else if (current !== "" && (word === x.dimension.name || word === y.dimension.name)) name = current;
  }
  const found = lookUp(container, groupOf(variable.path), name);
  if (found) return { name, attributes: found.attributes };
  if (isOptional) return undefined;
  throw new MappingFault(`its grid_mapping is ${name}, but the file has no variable of that name`);
}

/** WKT if there is some that is understood, else the parameters. */
function crsOf({ name, attributes }: Mapping, factor: number): string {
  const mapping = textOf(attributes, "grid_mapping_name");
  const texts = [textOf(attributes, "crs_wkt"), textOf(attributes, "spatial_ref")];
  for (const wkt of texts) {
    // WKT has no form for a rotated pole that all agree on.
    if (wkt === undefined || wkt === "" || mapping === "rotated_latitude_longitude") continue;
    if (isUnderstood(wkt) || mapping === undefined) return wkt;
  }
  try {
    return projOf(attributes, factor);
  } catch (error) {
    if (error instanceof MappingFault) throw new MappingFault(`the grid mapping ${name}: ${error.message}`);
    throw error;
  }
}

function isUnderstood(crs: string): boolean {
  try {
    parseCrs(crs);
    return true;
  } catch (error) {
    if (isQuadratError(error)) return false;
    throw error;
  }
}

function parsed(crs: string): ReturnType<typeof parseCrs> {
  try {
    return parseCrs(crs);
  } catch (error) {
    if (isQuadratError(error)) throw new MappingFault(`its CRS is not understood: ${error.message}`);
    throw error;
  }
}
