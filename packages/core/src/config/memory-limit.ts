import type { MemoryLimit } from "./types.js";

/** DuckDB's units: MB is 1000^2 bytes, MiB is 1024^2. */
const units: Readonly<Record<string, number>> = {
  b: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  t: 1e12,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** A positive decimal and `%` or a unit, in any case. */
export const memoryLimitPattern = /^\s*(\d+(?:\.\d+)?)\s*(%|[KMGTkmgt]?[Bb]|[KMGTkmgt](?:[Ii][Bb])?)\s*$/;

/** Reads `80%`, `512MB` or `2GiB`; undefined for anything else, for 0 and for more than 100%. */
export function parseMemoryLimit(text: string): MemoryLimit | undefined {
  const [, digits, unit] = memoryLimitPattern.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  const amount = Number(digits);
  if (unit === "%") return amount > 0 && amount <= 100 ? { share: amount / 100 } : undefined;
  const bytes = Math.floor(amount * units[unit.toLowerCase()]!);
  return bytes >= 1 && Number.isSafeInteger(bytes) ? { bytes } : undefined;
}
