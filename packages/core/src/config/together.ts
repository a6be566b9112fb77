import { isQuadratError } from "../errors.js";
import type { QuadratError } from "../errors.js";
import { outOfFiles } from "../system/too-many-files.js";
import { placeOf, positionIn } from "./places.js";
import { ConfigError } from "./problems.js";
import type { ConfigProblem } from "./problems.js";
import { pathText } from "./tree.js";
import type { Path } from "./tree.js";
import type { Config } from "./types.js";

/** An error with its position: that of the key, or of the dataset's entry. */
export interface Located {
  readonly error: unknown;
  readonly path: Path;
}

/**
 * One error for all that were found: a single one unchanged, several as one list with the line of each. An abort, or
 * an unexpected failure, takes precedence and is thrown alone.
 */
export function together(errors: readonly Located[], config: Config): unknown {
  for (const { error } of errors) {
    const files = outOfFiles(error);
    if (files) return files;
  }
  const foreign = errors.find(({ error }) => !isQuadratError(error));
  if (foreign) return foreign.error;
  const problems = errors.flatMap(({ error, path }) => problemsOf(error as QuadratError, path, config));
  if (problems.length === 1) return placed(errors[0]!.error as QuadratError, errors[0]!.path, config);
  const kinds = errors.map(({ error }) => (error as QuadratError).kind);
  return new ConfigError(config.file, problems, kinds.find((kind) => kind !== "usage") ?? "usage");
}

function placed(error: QuadratError, path: Path, config: Config): QuadratError {
  const { place, kind } = error;
  const { file, line, key } = placeOf(config, path);
  if (line === undefined) return error;
  if (kind === "usage" || place.file === undefined) Object.assign(place, { file, line, key });
  else place.entry = `${file}:${line}`;
  return error;
}

function problemsOf(error: QuadratError, path: Path, config: Config): readonly ConfigProblem[] {
  if (error instanceof ConfigError) return error.problems;
  const message = [error.message, error.hint].filter(Boolean).join("; ");
  return [{ at: positionIn(config, path), key: pathText(path), message }];
}
