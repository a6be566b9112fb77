import { unsigned, type Code } from "./code.js";

const valueTypes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

export type ValueType = keyof typeof valueTypes;

/** A function of WebAssembly. */
export interface FunctionSource {
  /** How many there are; all of them are i32. */
  readonly parameters: number;
  /** Nothing is given back without it. */
  readonly result?: "i32" | "f32" | "f64";
  /** How many further variables of each type there are; numbered in this order: i32, i64, f32, f64, v128. */
  readonly variables: Readonly<Partial<Record<ValueType, number>>>;
  readonly body: Code;
}

/** A function that is imported: its parameters are i32. */
export type ImportSource = Pick<FunctionSource, "parameters" | "result">;

/** A module that imports the memory `m.m` and functions from `f`, and exports the functions, by their names. */
export function encodeModule(
  functions: Readonly<Record<string, FunctionSource>>,
  imports: Readonly<Record<string, ImportSource>>,
): Uint8Array<ArrayBuffer> {
  const sources = Object.values(functions);
  const others = Object.entries(imports);
  const imported = others.map(([name], type) => [...text("f"), ...text(name), 0, ...unsigned(type)]);
  const exported = Object.keys(functions).map((name, index) => [
    ...[...text(name), 0],
    ...unsigned(others.length + index),
  ]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [...others.map(([, source]) => source), ...sources].map(typeOf)),
    ...section(2, [[...text("m"), ...text("m"), 2, 0, 1], ...imported]),
    ...section(
      3,
      sources.map((_, index) => unsigned(others.length + index)),
    ),
    ...section(7, exported),
    ...section(10, sources.map(codeOf)),
  ]);
}

function typeOf({ parameters, result }: ImportSource): Code {
  return [
    ...[0x60, ...unsigned(parameters), ...Array<number>(parameters).fill(valueTypes.i32)],
    ...(result ? [1, valueTypes[result]] : [0]),
  ];
}

function codeOf({ variables, body }: FunctionSource): Code {
  const types = Object.keys(valueTypes) as ValueType[];
  const declared = types
    .filter((type) => variables[type])
    .map((type) => [...unsigned(variables[type]!), valueTypes[type]]);
  const code = [...vector(declared), ...body, 0x0b];
  return [...unsigned(code.length), ...code];
}

function text(ascii: string): Code {
  return [...unsigned(ascii.length), ...Array.from(ascii, (letter) => letter.charCodeAt(0))];
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, items: readonly Code[]): number[] {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}
