import type { ErrorPlace } from "@quadrat/core";
import type { ConfigError, ConfigProblem } from "@quadrat/core/host";
import type { Output } from "./output.js";

/** An error as it is reported to people and programs. */
export interface Failure {
  readonly kind: string;
  readonly message: string;
  readonly exitCode: number;
  readonly hint?: string | undefined;
  readonly place?: ErrorPlace;
  /** Every problem found in a configuration. */
  readonly problems?: readonly ConfigProblem[];
  /** The underlying causes, outermost first. */
  readonly causes?: readonly string[];
  readonly stack?: string | undefined;
}

/** A mistake on the command line, in commander's words. */
export function usageFailure(message: string): Failure {
  const [text = "", ...suggestions] = message.replace(/^error: /, "").split("\n");
  const near = suggestions.join(" ").replace(/^\(Did you mean (.*)\?\)$/, "did you mean $1? ");
  return {
    kind: "usage",
    message: text,
    exitCode: 2,
    hint: `${near}\`quadrat --help\` lists the commands and options`,
  };
}

/** The failure of a command whose standard output could not be written completely. */
export function unwrittenFailure(error: NodeJS.ErrnoException): Failure {
  const full = error.code === "ENOSPC" || error.code === "EDQUOT";
  return {
    kind: "output",
    message: `can't write to the standard output: ${full ? "the disk is full" : error.message}`,
    exitCode: 1,
    hint: "redirect it to a file on another disk, or free some space",
    stack: stackOf(error),
  };
}

/**
 * Turns any thrown value into a failure. The package of errors is loaded only now, because most commands end
 * without an error.
 */
export async function failureOf(thrown: unknown): Promise<Failure> {
  const core = await loadErrors().catch(() => undefined);
  const stack = stackOf(thrown);
  if (!core) return { ...(await unloadable(thrown)), exitCode: 1, stack };
  const { isAbort, isQuadratError, systemFault } = core;
  const error = systemFault(thrown) ?? thrown;
  const causes = causesOf(error);
  const told = { stack, ...(causes.length > 0 ? { causes } : {}) };
  if (isQuadratError(error)) {
    const { kind, message, exitCode, place } = error;
    const hint = error.hint ?? hintFor(kind, place);
    const problems = isConfigError(error) ? { problems: error.problems } : {};
    return { kind, message, exitCode, hint, place, ...problems, ...told };
  }
  if (isAbort(error)) return { kind: "interrupted", message: "interrupted", exitCode: 130, ...told };
  return { kind: "internal", message: wordsOf(error), exitCode: 1, hint: reportHint, ...told };
}

async function loadErrors() {
  const { systemFault } = await import("@quadrat/core/host");
  const { isAbort, isQuadratError } = await import("@quadrat/core");
  return { isAbort, isQuadratError, systemFault };
}

/** Whichever copy of the class it is of. */
function isConfigError(error: Error): error is ConfigError {
  return "problems" in error;
}

/** Why Quadrat itself can't be loaded. */
async function unloadable(error: unknown): Promise<Pick<Failure, "kind" | "message" | "hint">> {
  const message = wordsOf(error);
  const files = await import("@quadrat/core/open-files").catch(() => undefined);
  const short =
    /\bE[MN]FILE\b|too many open files/i.test(message) ||
    (files !== undefined && files.openFileLimit() < leastFiles);
  if (!short) return { kind: "internal", message, hint: installHint };
  const limit = files?.openFileLimit() ?? softLimit();
  return {
    kind: "system",
    message: `the limit of open files${limit === undefined ? "" : `, ${limit},`} is too low`,
    hint: "raise it, such as with `ulimit -n 1024`",
  };
}

/** The limit of open files as Node itself knows it, if not even the module that finds it out can be opened. */
function softLimit(): number | undefined {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === "number" ? soft : undefined;
}

/** With a lower limit of open files, Node reports some of a package's files as missing. */
const leastFiles = 64;

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

const installHint =
  "a part of Quadrat, or DuckDB's library for this system, can't be loaded: reinstall Quadrat (`npm ci && npm run build` at the top of the repository)";

const reportHint = "this is a bug in Quadrat; please report it with the output of QUADRAT_DEBUG=1";

function hintFor(kind: string, { plugin, hook }: ErrorPlace): string | undefined {
  if (kind === "internal") return reportHint;
  if (kind !== "plugin" || hook === undefined) return undefined;
  return `this is a bug in plugin ${plugin}; please report it to its author with the output of QUADRAT_DEBUG=1`;
}

/** The messages of an error's causes, without those that repeat what is already said. */
function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  let told = error instanceof Error ? error.message : "";
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause instanceof Error && causes.length < 5) {
    if (!told.includes(cause.message)) causes.push(cause.message);
    told += cause.message;
    cause = cause.cause;
  }
  return causes;
}

/** The stacks of an error and of its causes. */
function stackOf(error: unknown): string | undefined {
  const stacks: string[] = [];
  for (let at = error; at instanceof Error && stacks.length < 5; at = at.cause)
    stacks.push(at.stack ?? String(at));
  return stacks.length > 0 ? stacks.join("\ncaused by ") : undefined;
}

/** Writes a failure to stderr: a few lines for people, one JSON object for programs. */
export function writeFailure(failure: Failure, output: Output): void {
  const debug = Boolean(process.env["QUADRAT_DEBUG"]);
  if (output.json) {
    output.tell(JSON.stringify({ level: "error", ...failure, stack: debug ? failure.stack : undefined }));
    return;
  }
  const { style } = output;
  const title = failure.kind === "interrupted" ? style.yellow("stopped:") : style.red("error:");
  output.tell(`${title} ${failure.message}`);
  const place = failure.problems ? "" : placeText(failure.place ?? {}, failure.message);
  if (place) output.tell(`  in ${place}`);
  for (const cause of failure.causes ?? []) output.tell(`  because: ${cause}`);
  if (failure.hint) output.tell(`  hint: ${failure.hint}`);
  if (debug && failure.stack) output.tell(style.dim(failure.stack));
}

/** The parts of a place that the message does not already name. */
function placeText(place: ErrorPlace, message: string): string {
  const { file, line, key, entry, dataset, stage, plugin, hook, cells } = place;
  const parts = [
    file && line !== undefined ? `${file}:${line}` : !file || message.includes(file) ? undefined : file,
    entry,
    key && !message.includes(key) ? key : undefined,
    dataset && `dataset ${dataset}`,
    stage && `stage ${stage}`,
    plugin && `plugin ${plugin}`,
    hook && !plugin?.startsWith("@quadrat/") ? hook : undefined,
    cells && `cells ${cells[0]} to ${cells[1] - 1}`,
  ];
  return parts.filter(Boolean).join(", ");
}
