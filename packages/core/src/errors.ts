import { inspect } from "node:util";

/** What went wrong, in coarse classes that a caller can act on. */
export type QuadratErrorKind =
  /** The command line or the configuration is wrong: nothing has been run. */
  | "usage"
  /** An input file is missing, broken or not understood. */
  | "input"
  /** An output can't be written. */
  | "output"
  /** A plugin failed, or is not what it claims to be. */
  | "plugin"
  /** The operating system refuses something that every run needs: file handles, a folder for temporary files. */
  | "system"
  /** The memory limit can't be kept. */
  | "memory"
  /** The run was stopped by the user. */
  | "interrupted"
  /** A defect of Quadrat itself. */
  | "internal";

/** Where a failure happened; whatever runs a stage or plugin adds what it knows. */
export interface ErrorPlace {
  file?: string;
  line?: number;
  key?: string;
  /** File and line of the dataset's entry in the configuration, if `file` is its input. */
  entry?: string;
  dataset?: string;
  stage?: string;
  plugin?: string;
  /** The function of the plugin that was called: `exporter "csv" write`. */
  hook?: string;
  /** Cells `[first, last)` that were being worked on. */
  cells?: readonly [number, number];
}

export interface QuadratErrorOptions {
  cause?: unknown;
  /** What the user can do about it, as a sentence. */
  hint?: string;
  place?: ErrorPlace;
}

const tag = Symbol.for("quadrat.error");

const exitCodes: Record<QuadratErrorKind, number> = {
  usage: 2,
  input: 1,
  output: 1,
  plugin: 1,
  system: 1,
  memory: 3,
  interrupted: 130,
  internal: 1,
};

/** Any error that a user can cause: a message for people, a kind for programs. */
export class QuadratError extends Error {
  override readonly name = "QuadratError";
  readonly kind: QuadratErrorKind;
  readonly hint: string | undefined;
  readonly place: ErrorPlace;

  constructor(kind: QuadratErrorKind, message: string, options: QuadratErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.hint = options.hint;
    this.place = options.place ?? {};
    Object.defineProperty(this, tag, { value: true });
  }

  /** The exit code of the command. An input that is refused while it is opened, before any work, counts as wrong usage. */
  get exitCode(): number {
    if (this.kind === "input" && this.place.stage === "load") return exitCodes.usage;
    return exitCodes[this.kind];
  }
}

/** Recognises the errors of any copy of this package (several may be loaded). */
export function isQuadratError(error: unknown): error is QuadratError {
  return typeof error === "object" && error !== null && (error as Record<symbol, unknown>)[tag] === true;
}

/** True for the rejection of an aborted operation, which must pass through unwrapped. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Adds what the host knows about the place of a failure; an abort passes through unchanged. */
export function locate(error: unknown, place: ErrorPlace, kind: QuadratErrorKind = "internal"): unknown {
  if (isAbort(error)) return error;
  if (isQuadratError(error)) {
    Object.assign(error.place, { ...place, ...error.place });
    return error;
  }
  return new QuadratError(kind, messageOf(error), { cause: error, place });
}

/** The message of a thrown value, whether it is an error or anything else. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message === "" ? thrown.name : thrown.message;
  if (typeof thrown === "string" && thrown.trim() !== "") return thrown;
  return `${inspect(thrown, { breakLength: Infinity })} was thrown, which is not an error`;
}

/** The nearest of `names` to `given` by edit distance, or undefined if none is near. */
export function nearest(given: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(given.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, substitute));
    }
    previous = current;
  }
  return previous[b.length]!;
}
