import * as z from "zod";

/** What a key accepts, in words; `names` are the names it accepts. */
export interface Allowed {
  readonly text: string;
  readonly names?: readonly string[];
}

/** The facts about every key, by its schema. */
export const allowed = z.registry<Allowed>();

interface KeyFacts {
  readonly description: string;
  readonly allowed: string;
  readonly names?: readonly string[];
  /** For the JSON schema, if zod can't derive it. */
  readonly type?: string | readonly string[];
}

export function key<S extends z.ZodType>(schema: S, facts: KeyFacts): S {
  const { description, allowed: text, names, type } = facts;
  const described = schema.meta({ description, ...(type === undefined ? {} : { type }) });
  allowed.add(described, names ? { text, names } : { text });
  return described;
}

export function oneOf<const N extends readonly string[]>(names: N, description: string) {
  return key(z.enum(names), { description, allowed: names.join(", "), names });
}

/** Not blank; a NUL would end a path or a name early. */
const someText = z.string().regex(/^[^\0]*[^\0\s][^\0]*$/);

export function text(description: string, allowedText: string) {
  return key(someText, { description, allowed: allowedText });
}

export const finite = z.number();

/** A bare number is an EPSG code. */
export function crs(description: string) {
  const facts = { description, allowed: "a code such as EPSG:4326, a PROJ string or WKT" };
  return key(z.union([someText, z.number().int().positive()]), facts);
}

export function integer(min: number, max: number, description: string) {
  const facts = { description, allowed: `a whole number from ${min} to ${max}` };
  return key(z.number().int().min(min).max(max), facts);
}

export function flag(description: string) {
  return key(z.boolean(), { description, allowed: "true or false", names: ["true", "false"] });
}

export function fraction(description: string) {
  return key(z.number().gt(0).max(1), { description, allowed: "a number above 0, at most 1" });
}

/** A part by name, or with options: `name` or `{use: name, ...options}`. */
export function part(description: string, example: string) {
  const facts = { description, allowed: `a name such as ${example}, or {use: ${example}, ...options}` };
  return key(z.union([someText, z.looseObject({ use: someText })]), facts);
}

/** One of the names, or a plugin's part by name, alone or with options. Whether the part exists is checked later. */
export function method<const N extends readonly string[]>(names: N, description: string) {
  const one = z.union([z.enum(names), someText, z.looseObject({ use: someText })]);
  return key(z.union([one, z.array(one).min(1)]), {
    description,
    allowed: `${names.join(", ")}, a plugin's, or a list of them`,
    names,
  });
}

type Shape = Readonly<Record<string, z.ZodType>>;

/** A section may be empty: a heading with every key commented out. */
export function section<S extends Shape>(shape: S, description: string) {
  const object = z.strictObject(shape);
  allowed.add(object, { text: "a mapping" });
  return object
    .nullish()
    .transform((value) => value ?? object.parse({}))
    .meta({ description });
}

/** The same keys without defaults, none of them required; null resets a key to its default. */
export function overrides(shape: Shape): z.ZodType {
  const keys = Object.entries(shape).map(([name, schema]) => [name, withoutDefault(schema).nullish()]);
  const object = z.strictObject(Object.fromEntries(keys) as Shape);
  allowed.add(object, { text: "a mapping" });
  return object.nullish();
}

function withoutDefault(schema: z.ZodType): z.ZodType {
  const wrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional;
  return wrapped ? withoutDefault(schema.unwrap() as z.ZodType) : schema;
}
