const name = new TextEncoder().encode("Infinity");

/** The one spelling that C, Python, R, JavaScript and DuckDB all read. */
export function writeInfinity(out: Uint8Array, at: number): number {
  out.set(name, at);
  return at + name.length;
}
