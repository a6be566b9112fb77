import { readFileSync, statSync } from "node:fs";
import type { SettingOptions } from "./host.js";

/**
 * Whether a configuration may name plugins, told from its text: only a text with that word does, or one with a backslash,
 * as YAML can write any letter with one. In doubt the answer is yes.
 */
export function mayNamePlugins({ config, set = [] }: Pick<SettingOptions, "config" | "set">): boolean {
  const texts = [textOf(config)?.replace('"plugins": []', ""), ...set];
  return texts.some((text) => text === undefined || /plugins|\\/.test(text));
}

/** The text of a file, empty if there is none; undefined for a pipe, which can be read only once. */
function textOf(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, "latin1") : undefined;
  } catch {
    return "";
  }
}
