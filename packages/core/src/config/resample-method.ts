import { nearest } from "../errors.js";
import { optionProblems } from "../plugin/option-problems.js";
import type { Registry } from "../plugin/registry.js";
import { toPart } from "./normalise.js";
import { resamplingMethods } from "./types.js";

type One = string | { use: string; [option: string]: unknown };
type Written = One | readonly One[] | undefined;

const known: ReadonlySet<string> = new Set([...resamplingMethods, "nearest"]);

/**
 * The reason why a dataset's `resample` is invalid, or undefined: a name that neither Quadrat nor a plugin has, or
 * invalid options.
 */
export function resampleProblem(resample: Written, registry?: Registry): string | undefined {
  if (resample === undefined) return undefined;
  if (isList(resample)) return listProblem(resample, registry);
  const { use, options } = toPart(resample);
  if (known.has(use)) {
    const [option] = Object.keys(options);
    return option === undefined ? undefined : `${use} takes no options, but ${option} was given`;
  }
  if (registry?.resamplings.has(use)) {
    const { definition } = registry.resamplings.get(use);
    const [problem] = optionProblems(definition.options, options, `resampling method "${use}"`);
    return problem && [problem.key, problem.message].filter(Boolean).join(": ");
  }
  const names = new Set([...resamplingMethods, "nearest"]);
  for (const { definition } of registry?.resamplings ?? []) names.add(definition.name);
  const near = nearest(use, names);
  return `found the text ${JSON.stringify(use)}; allowed: ${[...names].join(", ")}${near ? `; did you mean ${near}?` : ""}`;
}

function isList(resample: One | readonly One[]): resample is readonly One[] {
  return Array.isArray(resample);
}

/** A list has a column for each method, named by it. */
function listProblem(methods: readonly One[], registry?: Registry): string | undefined {
  const seen = new Set<string>();
  for (const one of methods) {
    const problem = resampleProblem(one, registry);
    if (problem !== undefined) return problem;
    const { use } = toPart(one);
    const name = use === "nearest" ? "near" : use;
    if (seen.has(name)) return `${name} is listed twice, and both columns would have the same name`;
    seen.add(name);
  }
  return undefined;
}
