import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { nearest, QuadratError } from "../errors.js";
import { checkSettings } from "./checks.js";
import { fileNameFault } from "./names.js";
import { toConfig } from "./normalise.js";
import { readOverride } from "./overrides.js";
import { rememberPlaces } from "./places.js";
import { ConfigError } from "./problems.js";
import type { ConfigProblem } from "./problems.js";
import { configSchema, experimentsSchema, settingsSchema } from "./schema.js";
import { datasetNames, soundSettings } from "./sound.js";
import { isNull, keyPositionOf, mapTree, overlay, pathText, positionOf, treeAt } from "./tree.js";
import type { MapTree, Path, Tree } from "./tree.js";
import type { Config } from "./types.js";
import { describeFound, validateTree } from "./validate.js";
import { readYaml } from "./yaml.js";

/** The experiment of a run that does not name one; a configuration may define it. */
export const defaultExperiment = "default";

/** A larger file is something else, named by mistake. */
const mostBytes = 256 * 1024;

export interface ConfigSource {
  /** Path of the configuration as messages name it; relative to the working directory. */
  readonly file: string;
  /** Name of the experiment to apply. */
  readonly experiment?: string | undefined;
  /** `a.b=value`, applied last, in order; the value is YAML. */
  readonly overrides?: readonly string[] | undefined;
}

/**
 * Reads and checks a configuration: defaults, then the file, then the experiment, then the overrides.
 *
 * @param more further checks, reported together with the problems if there are any
 * @throws ConfigError with every problem at once; QuadratError if the file can't be read
 */
export async function loadConfig(
  source: ConfigSource,
  more?: (tree: Tree, file: string) => Promise<readonly ConfigProblem[]>,
): Promise<Config> {
  const { config, tree, problems } = readConfig(await readText(source.file), source);
  if (config) return config;
  const others = tree && more ? await more(tree, source.file) : [];
  throw new ConfigError(source.file, [...problems, ...others]);
}

/**
 * Like {@link loadConfig}, for a text that has already been read; its paths are relative to `file`.
 *
 * @throws ConfigError
 */
export function parseConfig(text: string, source: ConfigSource): Config {
  const { config, problems } = readConfig(text, source);
  if (!config) throw new ConfigError(source.file, problems);
  return config;
}

/** A configuration, or its problems and as much of its tree as could be built. */
interface ReadConfig {
  readonly config?: Config;
  readonly tree?: Tree;
  readonly problems: readonly ConfigProblem[];
}

function readConfig(text: string, source: ConfigSource): ReadConfig {
  const { file } = source;
  const problems: ConfigProblem[] = [];
  const root = readYaml(text, file, problems);
  const overrides = (source.overrides ?? []).map((override) => readOverride(override, problems));
  if (!root) return { problems };
  const { settings: base, experiments } = splitFile(root, problems);
  if (!base) return { problems };

  if (experiments) checkExperiments(experiments, problems);
  const name = source.experiment ?? defaultExperiment;
  const experiment = findExperiment(name, source.experiment !== undefined, experiments, problems);
  const layers = [experiment, ...overrides].filter((layer) => layer !== undefined && !isNull(layer));
  const tree = layers.reduce<Tree>((under, over) => overlay(under, over!, keepsNull), base);
  const settings = validateTree(settingsSchema, tree, problems);
  checkSettings(
    settings ?? soundSettings(tree),
    datasetNames(tree),
    (path) => treeAt(tree, path) !== undefined,
    (path, message, on) => {
      const at = on === "key" ? keyPositionOf(tree, path) : positionOf(tree, path);
      problems.push({ at, key: pathText(path), message });
    },
  );
  if (!settings || problems.length > 0) return { tree, problems };
  const config = toConfig(settings, resolve(file), name);
  rememberPlaces(config, tree);
  return { config, problems };
}

async function readText(file: string): Promise<string> {
  const place = { file };
  let bytes: Buffer;
  try {
    const facts = await stat(file);
    if (!facts.isFile() && !facts.isFIFO()) {
      const found = facts.isDirectory() ? "a folder" : "a device";
      throw new QuadratError("usage", `${file} is ${found}, not a configuration`, { place });
    }
    if (facts.size > mostBytes) {
      throw new QuadratError(
        "usage",
        `${file} has ${facts.size} bytes, more than any configuration (${mostBytes})`,
        { place },
      );
    }
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof QuadratError) throw error;
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      const hint = "`quadrat init` writes one from the files of a folder; --config FILE names another";
      throw new QuadratError("usage", `${file} does not exist`, { place, hint });
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new QuadratError("usage", `${file} can't be read: ${reason}`, { cause: error, place });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new QuadratError("usage", `${file} is not UTF-8 text`, {
      cause: error,
      place,
      hint: "save it as UTF-8",
    });
  }
}

/** Takes `experiments` out of a file. */
function splitFile(root: Tree, problems: ConfigProblem[]): { settings?: MapTree; experiments?: Tree } {
  if (root.kind !== "map") {
    const keys = Object.keys(configSchema.shape).join(", ");
    const found = isNull(root) ? "the file is empty" : `found ${describeFound(root)}`;
    problems.push({
      at: root.at,
      key: "",
      message: `${found}; a configuration is a mapping with the keys ${keys}`,
    });
    return {};
  }
  const entries = new Map(root.entries);
  entries.delete("experiments");
  const experiments = root.entries.get("experiments")?.value;
  return { settings: mapTree(entries, root.at), ...(experiments ? { experiments } : {}) };
}

/** Checks every experiment, chosen or not. */
function checkExperiments(experiments: Tree, problems: ConfigProblem[]): void {
  validateTree(experimentsSchema, experiments, problems, ["experiments"]);
  if (experiments.kind !== "map") return;
  for (const [name, { keyAt }] of experiments.entries) {
    const fault = fileNameFault(name);
    if (!fault) continue;
    const message = `${fault}; an experiment's outputs go to a folder of its name`;
    problems.push({ at: keyAt, key: pathText(["experiments", name]), message });
  }
}

function findExperiment(
  name: string,
  asked: boolean,
  experiments: Tree | undefined,
  problems: ConfigProblem[],
): Tree | undefined {
  const known = experiments?.kind === "map" ? experiments.entries : new Map<string, { value: Tree }>();
  const found = known.get(name);
  if (found || !asked || name === defaultExperiment) return found?.value;
  const near = nearest(name, known.keys());
  const list = known.size > 0 ? `allowed: ${[...known.keys()].join(", ")}` : "the configuration has none";
  const message = `unknown experiment; ${near ? `did you mean ${near}? ` : ""}${list}`;
  problems.push({ at: { source: `--experiment ${name}` }, key: "", message });
  return undefined;
}

/** Keys for which null is a value, not a reset to the default. */
function keepsNull([section, , key]: Path): boolean {
  return section === "datasets" && (key === "nodata" || key === "options");
}
