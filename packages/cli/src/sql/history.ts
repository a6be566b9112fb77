import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDirectory } from "@quadrat/core/host";

/** Lines that are kept. */
export const historySize = 1000;

export function historyFile(): string {
  return join(cacheDirectory(), "sql-history");
}

/** The lines of earlier prompts, the last first; none where they can't be read. */
export function readHistory(file = historyFile()): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).reverse().slice(0, historySize);
  } catch {
    return [];
  }
}

/** Keeps lines, given the last first, for the user alone. A folder that can't be written to costs the history, nothing else. */
export function writeHistory(lines: readonly string[], file = historyFile()): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${[...lines].slice(0, historySize).reverse().join("\n")}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
  } catch {
    return;
  }
}
