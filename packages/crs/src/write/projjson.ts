import type { Crs, CrsDefinition, Datum } from "../crs.js";
import { lengthUnitName, degree } from "../units.js";
import { epsgAxes, type AxisDirection } from "./axes.js";
import { unknownDatum } from "../datum/plan.js";
import { ellipsoidName, unnamed } from "./ellipsoid-names.js";
import { writableMethod, writablePole, type WritableMethod, type WritableParameter } from "./methods.js";

type Json = Readonly<Record<string, unknown>>;

const schema = "https://proj.org/schemas/v0.5/projjson.schema.json";

/**
 * A system as PROJJSON (version 0.5 of its schema): one that was given as PROJJSON as it was written, else one with the
 * projection, datum and unit of the system, the axes of the authority for a code of EPSG, and longitude or easting first for any
 * other. Undefined where PROJJSON has no words for the system, or only a file of shifts says what it means.
 */
export function projJsonOf(crs: Crs): Json | undefined {
  const id = crs.horizontal ?? crs.id;
  if (id.startsWith("{") && crs.horizontal === undefined) return JSON.parse(id) as Json;
  const [, authority, code] = /^(EPSG|ESRI|OGC):(\w+)$/.exec(id) ?? [];
  const { definition } = crs;
  if (definition.datum.grids.length > 0) return undefined;
  const axes =
    authority === "EPSG" ? epsgAxes(Number(code), crs.isGeographic) : usualAxes(definition, crs.isGeographic);
  const system = systemOf(crs, axes.slice(0, 2));
  if (!system) return undefined;
  const { areaOfUse: area } = crs;
  const known: Json = {
    ...(area && {
      area: area.name,
      bbox: {
        south_latitude: area.south,
        west_longitude: area.west,
        north_latitude: area.north,
        east_longitude: area.east,
      },
    }),
    // A code with heights is that of another system.
    ...(code !== undefined &&
      axes.length === 2 && { id: { authority, code: /^\d+$/.test(code) ? Number(code) : code } }),
  };
  const shift = definition.datum.toWgs84;
  if (!shift) return { $schema: schema, ...system, ...known };
  return { $schema: schema, ...bound({ ...system, ...known }, shift) };
}

function systemOf(crs: Crs, axes: readonly AxisDirection[]): Json | undefined {
  const { definition, name } = crs;
  const { projection, parameters, unitFactor } = definition;
  if (projection === "longlat") {
    if (Object.keys(parameters).length > 0) return undefined;
    return geographic(name, definition, ellipsoidal(axes, unitFactor));
  }
  const pole = writablePole(definition);
  const method = pole ?? writableMethod(definition);
  if (!method) return undefined;
  const east = usualAxes(definition, true);
  return {
    type: pole ? "DerivedGeographicCRS" : "ProjectedCRS",
    name,
    base_crs: geographic(definition.datum.name, definition, ellipsoidal([...east].reverse(), degree)),
    conversion: conversion(method),
    coordinate_system: pole ? ellipsoidal(axes, unitFactor) : cartesian(axes, unitFactor),
  };
}

/** Longitude or easting first, as x is; about a pole they run along meridians, as PROJ has it. */
function usualAxes(definition: CrsDefinition, isGeographic: boolean): AxisDirection[] {
  const { projection, parameters, axisSigns } = definition;
  const [x, y] = isGeographic ? [1, 1] : axisSigns;
  const pole = ["stere", "laea"].includes(projection) && !isGeographic ? parameters["lat_0"] : undefined;
  if (pole === 90 || pole === -90) {
    const direction = pole > 0 ? "south" : "north";
    return [
      { direction, meridian: 90 },
      { direction, meridian: pole > 0 ? 180 : 0 },
    ];
  }
  return [{ direction: x < 0 ? "west" : "east" }, { direction: y < 0 ? "south" : "north" }];
}

function geographic(name: string, { datum, primeMeridian }: CrsDefinition, system: Json): Json {
  return { type: "GeographicCRS", name, datum: frame(datum, primeMeridian), coordinate_system: system };
}

function frame({ name, ellipsoid, code }: Datum, primeMeridian: number): Json {
  const { a, rf } = ellipsoid;
  const title = ellipsoidName(ellipsoid);
  return {
    type: "GeodeticReferenceFrame",
    name: name === unknownDatum && title !== unnamed ? `Unknown based on ${title} ellipsoid` : name,
    ellipsoid: {
      name: title,
      ...(rf === 0 ? { radius: a } : { semi_major_axis: a, inverse_flattening: rf }),
    },
    ...(primeMeridian !== 0 && { prime_meridian: { name: "unnamed", longitude: primeMeridian } }),
    ...(code !== undefined && { id: { authority: "EPSG", code: Number(code) } }),
  };
}

function conversion({ name, code, parameters }: WritableMethod): Json {
  return { name: "unnamed", method: { name, ...epsg(code) }, parameters: parameters.map(parameter) };
}

const units = { angle: "degree", length: "metre", scale: "unity" } as const;

function parameter({ name, code, value, kind }: WritableParameter): Json {
  return { name, value, unit: units[kind], ...epsg(code) };
}

function epsg(code: number | undefined): Json {
  return code === undefined ? {} : { id: { authority: "EPSG", code } };
}

const words: Readonly<Record<string, readonly [name: string, abbreviation: string]>> = {
  north: ["Northing", "N"],
  east: ["Easting", "E"],
  south: ["Southing", "S"],
  west: ["Westing", "W"],
};

function cartesian(axes: readonly AxisDirection[], unitFactor: number): Json {
  const unit =
    unitFactor === 1
      ? "metre"
      : { type: "LinearUnit", name: lengthUnitName(unitFactor), conversion_factor: unitFactor };
  const isPolar = axes.every(({ meridian }) => meridian !== undefined);
  return {
    subtype: "Cartesian",
    axis: axes.map(({ direction, meridian }, index) => {
      const [name, abbreviation] = words[isPolar ? ["east", "north"][index]! : direction]!;
      return {
        name,
        abbreviation,
        direction,
        ...(meridian !== undefined && { meridian: { longitude: meridian } }),
        unit,
      };
    }),
  };
}

function ellipsoidal(axes: readonly AxisDirection[], unitFactor: number): Json {
  const unit =
    unitFactor === degree
      ? "degree"
      : { type: "AngularUnit", name: "unnamed", conversion_factor: unitFactor };
  return {
    subtype: "ellipsoidal",
    axis: axes.map(({ direction }) => {
      const isNorth = direction === "north";
      const name = isNorth ? "Geodetic latitude" : "Geodetic longitude";
      return { name, abbreviation: isNorth ? "Lat" : "Lon", direction, unit };
    }),
  };
}

const shiftNames: readonly (readonly [name: string, unit: string | Json])[] = [
  ["X-axis translation", "metre"],
  ["Y-axis translation", "metre"],
  ["Z-axis translation", "metre"],
  ...["X", "Y", "Z"].map(
    (axis) =>
      [
        `${axis}-axis rotation`,
        { type: "AngularUnit", name: "arc-second", conversion_factor: degree / 3600 },
      ] as const,
  ),
  ["Scale difference", { type: "ScaleUnit", name: "parts per million", conversion_factor: 1e-6 }],
];

/** A system that brings its own shift to WGS 84. */
function bound(source: Json, shift: readonly number[]): Json {
  const seven = shift.length === 7;
  return {
    type: "BoundCRS",
    source_crs: source,
    target_crs: {
      type: "GeographicCRS",
      name: "WGS 84",
      datum: {
        type: "GeodeticReferenceFrame",
        name: "World Geodetic System 1984",
        ellipsoid: { name: "WGS 84", semi_major_axis: 6378137, inverse_flattening: 298.257223563 },
      },
      coordinate_system: ellipsoidal([{ direction: "north" }, { direction: "east" }], degree),
      id: { authority: "EPSG", code: 4326 },
    },
    transformation: {
      name: "Transformation to WGS 84",
      method: {
        name: seven
          ? "Position Vector transformation (geog2D domain)"
          : "Geocentric translations (geog2D domain)",
        ...epsg(seven ? 9606 : 9603),
      },
      parameters: shift.map((value, index) => {
        const [name, unit] = shiftNames[index]!;
        return { name, value, unit, ...epsg(8605 + index) };
      }),
    },
  };
}
