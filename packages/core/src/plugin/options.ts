import { QuadratError, type ErrorPlace } from "../errors.js";
import type { OptionsSchema } from "./definitions.js";
import { optionProblems, optionsText } from "./option-problems.js";

/**
 * Validates options by a part's own schema; without one they are passed on unchanged.
 * @param part the owner of the options, in words: `exporter "csv"`
 * @throws QuadratError of kind "usage" with the schema's message
 */
export function parseOptions<T>(
  schema: OptionsSchema<T> | undefined,
  options: unknown,
  part: string,
  place: ErrorPlace,
): T {
  if (!schema) return options as T;
  try {
    return schema.parse(options);
  } catch {
    const problems = optionsText(optionProblems(schema, options, part));
    throw new QuadratError("usage", `the options of ${part} are invalid: ${problems}`, { place });
  }
}

/** One line for a validation error of zod's shape, or the message of any other. */
export function explain(error: unknown): string {
  if (typeof error === "object" && error !== null && "issues" in error && Array.isArray(error.issues)) {
    const issues = error.issues as { path?: PropertyKey[]; message?: string }[];
    return issues
      .map(({ path = [], message }) => [path.map(String).join("."), message].filter(Boolean).join(": "))
      .join("; ");
  }
  return error instanceof Error ? error.message : String(error);
}
