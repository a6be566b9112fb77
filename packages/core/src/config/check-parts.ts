import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isQuadratError } from "../errors.js";
import { isNamedPattern } from "../files/named-pattern.js";
import { optionProblems } from "../plugin/option-problems.js";
import type { StageParts } from "../plugin/parts.js";
import type { Registry } from "../plugin/registry.js";
import { isAddress } from "../remote/address.js";
import { toPart } from "./normalise.js";
import { loadPluginsNamed, takeIn } from "./plugins.js";
import type { ConfigProblem } from "./problems.js";
import { resampleProblem } from "./resample-method.js";
import { soundSettings } from "./sound.js";
import { keyPositionOf, pathText, positionOf, treeAt } from "./tree.js";
import type { Path, Tree } from "./tree.js";

export interface PartsToCheck {
  /** The parts available without plugins. */
  readonly builtin: () => Registry;
  /** Throws a QuadratError for an unknown coordinate system. */
  readonly parseCrs: (crs: string) => unknown;
}

/**
 * Finds further problems of a configuration that already has some, so that all are reported at once: those that only
 * the parts can find, such as missing plugins, exporters and their options, coordinate systems and missing files.
 */
export async function checkParts(tree: Tree, file: string, parts: PartsToCheck): Promise<ConfigProblem[]> {
  const settings = soundSettings(tree);
  const problems: ConfigProblem[] = [];
  const report = (path: Path, message: string): void => {
    problems.push({ at: positionOf(tree, path), key: pathText(path), message });
  };
  const attempt = (path: Path, work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      if (!isQuadratError(error)) throw error;
      report(path, [error.message, error.hint].filter(Boolean).join("; "));
    }
  };

  const { plugins, errors } = await loadPluginsNamed(settings.plugins ?? [], dirname(resolve(file)));
  const registry = parts.builtin();
  for (const { error, index } of [...errors, ...takeIn(registry, plugins)]) {
    attempt(["plugins", index], () => {
      throw error;
    });
  }
  // A missing plugin might have provided any of them.
  if (errors.length === 0) {
    const formats = settings.export?.formats ?? [];
    for (const [index, format] of formats.entries()) {
      const base = ["export", "formats", index];
      for (const { key, message } of exporterProblems(toPart(format), registry)) {
        const path = key === undefined ? base : [...base, key];
        const at = key === undefined ? positionOf(tree, path) : keyPositionOf(tree, path);
        problems.push({ at, key: pathText(path), message });
      }
    }
    for (const [name, { resample }] of Object.entries(settings.datasets)) {
      const problem = resampleProblem(resample, registry);
      if (problem !== undefined && (settings.plugins ?? []).length > 0)
        report(["datasets", name, "resample"], problem);
    }
  }

  const crs = (path: Path, value: string | number | undefined): void => {
    if (value === undefined || !treeAt(tree, path)) return;
    attempt(path, () => parts.parseCrs(typeof value === "number" ? `EPSG:${value}` : value.trim()));
  };
  crs(["grid", "crs"], settings.grid?.crs);
  const absolute = (path: string): string => resolve(dirname(resolve(file)), path);
  if (settings.mask) {
    const path = absolute(settings.mask.path);
    crs(["mask", "crs"], settings.mask.crs);
    if (!isAddress(settings.mask.path) && !existsSync(path))
      report(["mask", "path"], `file ${path} does not exist`);
  }
  for (const [name, dataset] of Object.entries(settings.datasets)) {
    crs(["datasets", name, "crs"], dataset.crs);
    if (dataset.path === undefined || isAddress(dataset.path)) continue;
    const path = absolute(dataset.path);
    if (!existsSync(path) && !isNamedPattern(path))
      report(["datasets", name, "path"], `file ${path} does not exist`);
  }
  return problems;
}

/** The problems of one entry of `export.formats`. */
export function exporterProblems(
  { use, options }: { readonly use: string; readonly options: Readonly<Record<string, unknown>> },
  parts: StageParts,
): readonly { readonly key?: string; readonly message: string }[] {
  try {
    const { definition } = parts.exporters.get(use);
    return optionProblems(definition.options, options, `exporter "${use}"`);
  } catch (error) {
    if (!isQuadratError(error)) throw error;
    return [{ message: [error.message, error.hint].filter(Boolean).join("; ") }];
  }
}
