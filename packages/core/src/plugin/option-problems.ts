import { nearest } from "../errors.js";
import type { OptionsSchema } from "./definitions.js";

/** The shape of zod's issues; for errors of other schemas the message is used. */
interface Issue {
  readonly code?: string;
  readonly path?: readonly PropertyKey[];
  readonly message?: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
}

export interface OptionProblem {
  /** The option; absent for the options as a whole. */
  readonly key?: string;
  readonly message: string;
}

/** The problems of a part's options, one line each: what was found, what is allowed, what is near. */
export function optionProblems(
  schema: OptionsSchema<unknown> | undefined,
  options: unknown,
  part: string,
): OptionProblem[] {
  if (!schema) return [];
  try {
    schema.parse(options);
    return [];
  } catch (error) {
    const issues = issuesOf(error);
    if (!issues) {
      const reason = error instanceof Error ? error.message : String(error);
      return [{ message: `the options of ${part} are invalid: ${reason}` }];
    }
    return issues.flatMap((issue) => problemsOf(issue, options, part, schema));
  }
}

/** The problems as one sentence. */
export function optionsText(problems: readonly OptionProblem[]): string {
  return problems.map(({ key, message }) => (key === undefined ? message : `${key}: ${message}`)).join("; ");
}

function issuesOf(error: unknown): readonly Issue[] | undefined {
  if (typeof error !== "object" || error === null || !("issues" in error)) return undefined;
  return Array.isArray(error.issues) ? (error.issues as Issue[]) : undefined;
}

function problemsOf(issue: Issue, options: unknown, part: string, schema: unknown): OptionProblem[] {
  const { code, path = [], message = "is not allowed", keys, values } = issue;
  const key = path.map(String).join(".");
  if (code === "unrecognized_keys" && keys) {
    const known = keysOf(schema);
    return keys.map((name) => {
      const near = nearest(name, known);
      const allowed = known.length > 0 ? `allowed: ${known.join(", ")}` : "it takes none";
      return {
        key: name,
        message: `not an option of ${part}; ${near ? `did you mean ${near}? ` : ""}${allowed}`,
      };
    });
  }
  const found = foundAt(options, path);
  if (code === "invalid_value" && values) {
    const near = typeof found === "string" ? nearest(found, values.map(String)) : undefined;
    const guess = near ? `; did you mean ${near}?` : "";
    return [{ key, message: `found ${written(found)}; allowed: ${values.map(String).join(", ")}${guess}` }];
  }
  const text = `found ${written(found)}; ${message}`;
  return [key === "" ? { message: `the options of ${part}: ${text}` } : { key, message: text }];
}

function foundAt(options: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
    options,
  );
}

function written(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? `a ${typeof value}`;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The keys of an object schema such as one of zod's. */
function keysOf(schema: unknown): string[] {
  const shape = (schema as { shape?: unknown } | null)?.shape;
  return typeof shape === "object" && shape !== null ? Object.keys(shape) : [];
}
