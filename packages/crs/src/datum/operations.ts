import { dataLines } from "../data-lines.js";
import { primeMeridians } from "../units.js";

/** West, south, east, north in degrees; `west > east` crosses the antimeridian. */
export type Box = readonly [west: number, south: number, east: number, north: number];

/** A geocentric translation or Helmert transformation of EPSG. */
export interface Shift {
  /** The EPSG code of the operation. */
  readonly code: string;
  /** The expected error, in metres. */
  readonly accuracy: number;
  readonly area: Box;
  /** As in `Datum.toWgs84`. */
  readonly parameters: readonly number[];
}

/** A shift that needs a file of local corrections. */
export interface GridShift {
  readonly file: string;
  readonly accuracy: number;
  readonly area: Box;
}

export const wgs84Code = "6326";

/** GDAL and EPSG put the prime meridian after the name of a datum: `NGO 1948 (Oslo)`. */
const meridianSuffix = new RegExp(`(${Object.keys(primeMeridians).join("|")})$`);

/** The EPSG code of a datum by any of its names: EPSG's, GDAL's or Esri's. Undefined when no shift is known for it. */
export function datumCode(name: string): string | undefined {
  const { codes } = tables();
  const plain = plainName(name);
  return codes.get(plain) ?? codes.get(plain.replace(meridianSuffix, ""));
}

/** The name of a datum of the table. */
export function datumName(code: string): string | undefined {
  return tables().names.get(code);
}

/** Every known shift from a datum to WGS 84; all parameters are 0 where EPSG takes the two as equal. */
export function shiftsToWgs84(code: string): readonly Shift[] {
  return tables().shifts.get(code) ?? [];
}

/** True when positions on the datum are those of WGS 84, and no closer datum has other positions. */
export function isLikeWgs84(code: string): boolean {
  const partners = [...tables().direct.keys()]
    .map((pair) => pair.split(","))
    .filter((pair) => pair.includes(code))
    .flat();
  return [code, ...partners].every(isOneWithWgs84);
}

function isOneWithWgs84(code: string): boolean {
  const shifts = shiftsToWgs84(code);
  const unchanged = shifts.every(({ parameters }) => parameters.every((value) => value === 0));
  return code === wgs84Code || (shifts.length > 0 && unchanged);
}

/** Shifts from one datum to another that are better than going through WGS 84. */
export function directShifts(from: string, to: string): readonly Shift[] {
  return tables().direct.get(`${from},${to}`) ?? [];
}

/** Better shifts to WGS 84 (or to a datum equal to it) that need a grid file. */
export function gridShifts(code: string): readonly GridShift[] {
  return tables().grids.get(code) ?? [];
}

/** A name without what distinguishes its spellings: `D_OSGB_1936`, `OSGB 1936`. */
function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^d_/, "")
    .replace(/[ _]ensemble$/, "")
    .normalize("NFD")
    .replace(/[^a-z0-9+]/g, "");
}

interface Tables {
  readonly codes: ReadonlyMap<string, string>;
  readonly names: ReadonlyMap<string, string>;
  readonly shifts: ReadonlyMap<string, readonly Shift[]>;
  readonly direct: ReadonlyMap<string, readonly Shift[]>;
  readonly grids: ReadonlyMap<string, readonly GridShift[]>;
}

let parsed: Tables | undefined;

function tables(): Tables {
  return (parsed ??= parse());
}

function parse(): Tables {
  const codes = new Map<string, string>();
  const names = new Map<string, string>();
  for (const line of dataLines("datums.txt")) {
    const [code, name, ...aliases] = line.split(";") as [string, string, ...string[]];
    names.set(code, name);
    for (const alias of [plainName(name), ...aliases]) codes.set(alias, code);
  }
  const shifts = new Map<string, Shift[]>();
  for (const line of dataLines("shifts.txt")) add(shifts, ...shift(line));
  const direct = new Map<string, Shift[]>();
  for (const line of dataLines("direct-shifts.txt")) add(direct, ...shift(line));
  const grids = new Map<string, GridShift[]>();
  for (const line of dataLines("grid-shifts.txt")) {
    const [code, accuracy, area, file] = line.split(" ") as [string, string, string, string];
    add(grids, code, { file, accuracy: Number(accuracy), area: box(area) });
  }
  return { codes, names, shifts, direct, grids };
}

function shift(line: string): [key: string, shift: Shift] {
  const [key, code, accuracy, area, parameters] = line.split(" ") as [string, string, string, string, string];
  return [
    key,
    { code, accuracy: Number(accuracy), area: box(area), parameters: parameters.split(",").map(Number) },
  ];
}

function box(text: string): Box {
  const [west = 0, south = 0, east = 0, north = 0] = text.split(",").map(Number);
  return [west, south, east, north];
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
