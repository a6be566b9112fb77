const name = new TextEncoder().encode("Infinity");

/** The one spelling that C, Python, R, JavaScript and DuckDB all read. */
export function writeInfinity(out: DataView, at: number): number {
  for (const byte of name) out.setUint8(at++, byte);
  return at;
}
