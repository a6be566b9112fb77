import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheDirectory } from "@quadrat/core/host";

/** The number of lines kept. */
export const historySize = 1000;

export function historyFile(): string {
  return join(cacheDirectory(), "sql-history");
}

/** The lines of earlier prompts, last first; empty if they can't be read. */
export function readHistory(file = historyFile()): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).reverse().slice(0, historySize);
  } catch {
    return [];
  }
}

/** Saves lines, given last first, readable by the user only. If the folder can't be written to, only the history is lost. */
export function writeHistory(lines: readonly string[], file = historyFile()): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${[...lines].slice(0, historySize).reverse().join("\n")}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
  } catch {
    return;
  }
}
