const COMMA = 44;
const QUOTE = 34;
const SPACE = 32;
const LF = 10;
const CR = 13;

const encoder = new TextEncoder();

/** The header line: names, quoted where they must be. */
export function headerLine(names: readonly string[]): Uint8Array {
  const parts = names.map((name) => encoder.encode(name));
  const out = new Uint8Array(parts.reduce((sum, part) => sum + quotedBytes(part.length) + 1, 0));
  let at = 0;
  parts.forEach((part, i) => {
    if (i > 0) out[at++] = COMMA;
    at = writeText(out, at, part, 0, part.length);
  });
  out[at++] = LF;
  return out.slice(0, at);
}

/** The maximum number of bytes that a text of `length` bytes is written as. */
export function quotedBytes(length: number): number {
  return 2 * length + 2;
}

/**
 * Writes UTF-8 text as a field of RFC 4180, in quotes if it holds a comma, a quote or a line break, begins or ends
 * with a space, or is empty (an empty field without quotes is NULL). Returns the position after it.
 */
export function writeText(
  out: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  if (!needsQuotes(bytes, start, end)) {
    for (let i = start; i < end; i++) out[at++] = bytes[i]!;
    return at;
  }
  out[at++] = QUOTE;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === QUOTE) out[at++] = QUOTE;
    out[at++] = byte;
  }
  out[at++] = QUOTE;
  return at;
}

function needsQuotes(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end || bytes[start] === SPACE || bytes[end - 1] === SPACE) return true;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === COMMA || byte === QUOTE || byte === LF || byte === CR) return true;
  }
  return false;
}
