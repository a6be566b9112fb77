import { nearest } from "@quadrat/core/base";
import { fault, readingOf } from "../fault.js";
import { shownName, signature, textOf, type Variable } from "../model.js";
import type { Axis } from "./axes.js";
import { readAxis } from "./read-all.js";

/** A position from 0, or the value of the coordinate there. */
export type Choice = number | { readonly value: number | string };

export type Selection = Readonly<Record<string, Choice>>;

/** Where a raster is in each of the dimensions that are not its rows, columns or steps in time. */
export async function choosePositions(
  path: string,
  variable: Variable,
  others: readonly Axis[],
  taken: readonly Axis[],
  selection: Selection,
): Promise<ReadonlyMap<number, number>> {
  const names = (variable.dimensions ?? []).map(({ name }) => name);
  for (const name of Object.keys(selection)) {
    if (others.some((axis) => isCalled(axis, name))) continue;
    const axis = taken.find((one) => isCalled(one, name));
    const near = nearest(name, names);
    throw fault(
      path,
      axis
        ? `select: ${name} is an axis of the raster ${signature(variable)}, all of which is read`
        : `select: ${signature(variable)} has no dimension ${name}; it has ${names.join(", ")}`,
      { key: "select", ...(near === undefined || axis ? {} : { hint: `did you mean ${near}?` }) },
    );
  }
  const positions = new Map<number, number>();
  for (const axis of others) {
    const choice = Object.entries(selection).find(([name]) => isCalled(axis, name))?.[1];
    positions.set(axis.position, await positionOn(path, variable, axis, choice));
  }
  return positions;
}

function isCalled({ dimension, coordinates }: Axis, name: string): boolean {
  return dimension.name === name || dimension.path === name || coordinates?.path === name;
}

async function positionOn(
  path: string,
  variable: Variable,
  axis: Axis,
  choice: Choice | undefined,
): Promise<number> {
  const { name, length } = axis.dimension;
  if (length === 0) throw fault(path, `${signature(variable)} is empty: its dimension ${name} has length 0`);
  if (choice === undefined) {
    if (length === 1) return 0;
    throw fault(
      path,
      `${signature(variable)} has ${length} values along ${name}${await valuesOf(path, axis)}`,
      {
        hint: `choose one with \`select: {${name}: 0}\`, a position from 0 to ${length - 1}, or \`select: {${name}: {value: ...}}\``,
        key: "select",
      },
    );
  }
  if (typeof choice === "number") {
    if (choice < length) return choice;
    throw fault(path, `select: position ${choice} is outside of ${name}, which has ${length} values`, {
      hint: `positions are 0 to ${length - 1}`,
      key: "select",
    });
  }
  return positionOfValue(path, axis, Number(choice.value), String(choice.value));
}

async function positionOfValue(path: string, axis: Axis, wanted: number, text: string): Promise<number> {
  const { name } = axis.dimension;
  if (!axis.coordinates)
    throw fault(path, `select: ${name} has no coordinates, so that its value ${text} can't be found`, {
      hint: `give a position, such as \`${name}: 0\``,
      key: "select",
    });
  const values = await read(path, axis.coordinates);
  const tolerance = Math.abs(wanted) * 1e-6;
  let best = -1;
  for (const [i, value] of values.entries()) {
    const distance = Math.abs(value - wanted);
    if (distance <= tolerance && (best < 0 || distance < Math.abs(values[best]! - wanted))) best = i;
  }
  if (best >= 0) return best;
  throw fault(path, `select: ${name} has no value ${text}${list(values, axis.coordinates)}`, {
    key: "select",
  });
}

async function valuesOf(path: string, { coordinates }: Axis): Promise<string> {
  return coordinates ? list(await read(path, coordinates), coordinates) : "";
}

const mostShown = 8;

function list(values: Float64Array, coordinates: Variable): string {
  const shown = Array.from(values.subarray(0, mostShown), (value) => String(Number(value.toPrecision(7))));
  const more = values.length > mostShown ? ", ..." : "";
  const units = textOf(coordinates.attributes, "units") ?? "";
  return `: ${shown.join(", ")}${more}${units === "" ? "" : ` ${units}`}`;
}

function read(path: string, coordinates: Variable): Promise<Float64Array> {
  return readingOf(path, shownName(coordinates.path), () => readAxis(coordinates));
}
