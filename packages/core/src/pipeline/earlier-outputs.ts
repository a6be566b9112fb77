import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Config } from "../config/types.js";
import type { StageParts } from "../plugin/parts.js";
import { pointsName } from "./plan-exports.js";
import type { Progress } from "./progress.js";
import { metadataPath } from "./targets.js";

/** Warns about files with this run's name that an earlier run has written and this one will not: they are kept. */
export async function warnOfEarlierOutputs(
  config: Config,
  parts: StageParts,
  outputs: readonly string[],
  progress: Progress,
): Promise<void> {
  const { directory, name } = config.export;
  const names = [...endingsOf(parts)].map((ending) => `${name}${ending}`);
  if (config.points) names.push(...[...endingsOf(parts)].map((ending) => `${pointsName}${ending}`));
  const inputs = Object.values(config.datasets).map(({ path }) => path);
  const own = new Set([...outputs, ...inputs, ...(config.mask ? [config.mask.path] : [])]);
  for (const file of new Set([...names, ...(await namesInMetadata(metadataPath(config)))])) {
    const path = join(directory, file);
    if (own.has(path) || !existsSync(path)) continue;
    progress.log(
      "warning",
      `${path} is from an earlier run; this run does not write it and leaves it unchanged`,
    );
  }
}

/** The default endings of the exporters' files, also compressed. */
function* endingsOf(parts: StageParts): Generator<string> {
  for (const { definition } of parts.exporters) {
    const { extension, options } = definition;
    try {
      const ending =
        typeof extension === "function" ? extension(options ? options.parse({}) : {}) : extension;
      yield* [ending, `${ending}.gz`];
    } catch {
      // An exporter whose options have no defaults: its files are known only from the metadata.
    }
  }
}

async function namesInMetadata(path: string): Promise<string[]> {
  try {
    const { files } = JSON.parse(await readFile(path, "utf8")) as { files?: unknown };
    if (!Array.isArray(files)) return [];
    const names = files.map((file: { name?: unknown } | null) => file?.name);
    return names.filter((name) => typeof name === "string" && name === basename(name)) as string[];
  } catch {
    return [];
  }
}
