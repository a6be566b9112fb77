import { QuadratError } from "../errors.js";
import type { QuadratErrorKind } from "../errors.js";
import type { Position } from "./tree.js";

/** One problem of a configuration. */
export interface ConfigProblem {
  readonly at: Position;
  /** The key as people write it, such as `datasets.elevation.path`; empty for the whole file. */
  readonly key: string;
  /** What was found, and what is allowed. */
  readonly message: string;
}

/** At most this many problems are listed; further ones are counted. */
const mostTold = 50;

/** An error with every problem of a configuration, in the order of the file. */
export class ConfigError extends QuadratError {
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[], kind: QuadratErrorKind = "usage") {
    const sorted = distinct(problems);
    const first = sorted[0];
    const line = first?.at.line;
    super(kind, describe(file, sorted), {
      place: { file, ...(line === undefined ? {} : { line }), ...(first?.key ? { key: first.key } : {}) },
    });
    this.problems = sorted;
  }
}

/** `file:line:column`, or the option that the value came from. */
function positionText({ source, line, column }: Position): string {
  return [source, line, column].filter((part) => part !== undefined).join(":");
}

function describe(file: string, problems: readonly ConfigProblem[]): string {
  const lines = problems.slice(0, mostTold).map(({ at, key, message }) => {
    return `${positionText(at)}: ${key ? `${key}: ` : ""}${message}`;
  });
  if (lines.length === 1) return lines[0]!;
  const more = problems.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  return [`${file} has ${problems.length} problems`, ...lines.map((line) => `  ${line}`)].join("\n");
}

/** The same problem at the same place is reported once, under the first key that found it. */
function distinct(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const seen = new Map<string, ConfigProblem>();
  for (const problem of problems) {
    const fault = `${positionText(problem.at)}\n${problem.message}`;
    if (!seen.has(fault)) seen.set(fault, problem);
  }
  return [...seen.values()].sort(
    (a, b) =>
      (a.at.line ?? Infinity) - (b.at.line ?? Infinity) || (a.at.column ?? 0) - (b.at.column ?? 0) || 0,
  );
}
