import * as z from "zod";
import { nearest } from "../errors.js";
import { allowed } from "./keys.js";
import type { Allowed } from "./keys.js";
import type { ConfigProblem } from "./problems.js";
import { keyPositionOf, pathText, plainValue, positionOf, treeAt } from "./tree.js";
import type { Path, Tree } from "./tree.js";

type Issue = z.core.$ZodIssue;

/**
 * Checks a tree against a schema and reports every problem with its position, what was found, what is allowed
 * and the nearest valid name. Returns the parsed value, or undefined if there were problems.
 *
 * @param prefix the path of the tree in the file, for the keys in the messages
 */
export function validateTree<S extends z.ZodType>(
  schema: S,
  tree: Tree,
  problems: ConfigProblem[],
  prefix: Path = [],
): z.output<S> | undefined {
  const result = schema.safeParse(plainValue(tree));
  if (result.success) return result.data;
  for (const issue of result.error.issues.flatMap(innermost)) {
    if (issue.code === "unrecognized_keys") {
      for (const name of issue.keys) {
        const path = [...issue.path, name];
        const at = keyPositionOf(tree, path);
        problems.push({
          at,
          key: pathText([...prefix, ...path]),
          message: unknownKey(schema, issue.path, name),
        });
      }
    } else {
      const message = wrongValue(treeAt(tree, issue.path), allowedAt(schema, issue.path));
      problems.push({ at: positionOf(tree, issue.path), key: pathText([...prefix, ...issue.path]), message });
    }
  }
  return undefined;
}

/**
 * For a value with several possible forms: the problems inside the form that it has; the issue itself if it has
 * none of them.
 */
function innermost(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const inside = issue.errors.find((issues) => issues.every(({ path }) => path.length > 0));
  return inside?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}

/** The value as it is written in a message. */
export function describeFound(tree: Tree | undefined): string {
  if (!tree) return "nothing";
  if (tree.kind === "map") return tree.entries.size === 0 ? "an empty mapping" : "a mapping";
  if (tree.kind === "list")
    return tree.items.length === 0 ? "an empty list" : `a list of ${tree.items.length}`;
  const { value } = tree;
  if (value === null) return "nothing";
  if (typeof value === "string")
    return value === "" ? "an empty text" : `the text ${JSON.stringify(shorten(value))}`;
  if (Number.isNaN(value)) return ".nan";
  if (value === Infinity || value === -Infinity) return value > 0 ? ".inf" : "-.inf";
  return String(value);
}

function shorten(value: string): string {
  return value.length > 60 ? `${value.slice(0, 57)}...` : value;
}

function wrongValue(found: Tree | undefined, facts: Allowed | undefined): string {
  const takes = facts ? `allowed: ${facts.text}` : "this key is not allowed here";
  if (!found) return `missing; ${takes}`;
  return `found ${describeFound(found)}; ${takes}${suggestion(found, facts)}`;
}

function suggestion(found: Tree, facts: Allowed | undefined): string {
  if (found.kind !== "scalar" || typeof found.value !== "string") return "";
  const text = found.value.trim();
  const near = facts?.names && nearest(text, facts.names);
  if (near) return `; did you mean ${near}?`;
  if (!facts || !/number/.test(facts.text)) return "";
  if (text !== "" && Number.isFinite(Number(text))) return "; write the number without quotes";
  if (/^[-+]?\d+,\d+$/.test(text)) return "; the decimal mark is a point";
  return "";
}

function unknownKey(schema: z.ZodType, parent: Path, name: string): string {
  const here = keysOf(schemaAt(schema, parent));
  const near = nearest(name, here);
  const home = near ? undefined : sectionWith(schema, name);
  const guess = near ? `did you mean ${near}? ` : home ? `it belongs in ${home}. ` : "";
  return `unknown key; ${guess}allowed: ${here.join(", ")}`;
}

/** The section of the file to which a misplaced key belongs. */
function sectionWith(schema: z.ZodType, name: string): string | undefined {
  return keysOf(schema).find((section) => keysOf(schemaAt(schema, [section])).includes(name));
}

function allowedAt(schema: z.ZodType, path: Path): Allowed | undefined {
  return schemasAlong(schema, path).reduce<Allowed | undefined>(
    (facts, at) => factsOf(at) ?? facts,
    undefined,
  );
}

/** The facts of the outermost wrapper of a schema that has any. */
function factsOf(schema: z.ZodType): Allowed | undefined {
  const own = allowed.get(schema);
  const inner = unwrap(schema);
  return own ?? (inner && factsOf(inner));
}

function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  return schemasAlong(schema, path)[path.length];
}

/** The schemas of the whole and of every part along a path, as far as they exist. */
function schemasAlong(schema: z.ZodType, path: Path): z.ZodType[] {
  const along = [schema];
  for (const step of path) {
    const below = partOf(bare(along.at(-1)!), step);
    if (!(below instanceof z.ZodType)) break;
    along.push(below);
  }
  return along;
}

function partOf(schema: z.ZodType, step: PropertyKey): unknown {
  if (schema instanceof z.ZodObject)
    return Object.hasOwn(schema.shape, step) ? schema.shape[String(step)] : undefined;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodArray ? schema.element : undefined;
}

function keysOf(schema: z.ZodType | undefined): string[] {
  const object = schema && bare(schema);
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

/** A schema without its wrappers. */
export function bare(schema: z.ZodType): z.ZodType {
  const inner = unwrap(schema);
  return inner ? bare(inner) : schema;
}

function unwrap(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodPipe) return schema.in as z.ZodType;
  const wrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault;
  return wrapper ? (schema.unwrap() as z.ZodType) : undefined;
}
