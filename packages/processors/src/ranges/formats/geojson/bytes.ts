/** Bytes of JSON's marks. */
export const mark = {
  quote: 0x22,
  comma: 0x2c,
  minus: 0x2d,
  point: 0x2e,
  colon: 0x3a,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  open: 0x7b,
  close: 0x7d,
} as const;

/** The first byte from `at` on that is neither a space nor a record separator. */
export function skipSpaces(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && (bytes[at]! <= 0x20 || bytes[at] === 0x1e)) at++;
  return at;
}

/** Finds where a value ends, as its bytes come in. */
export class ValueScan {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #scalar = false;

  /** The end of the value if it lies before `end`, else -1: the scan goes on with what follows. */
  scan(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end) {
      if (this.#inString) {
        for (; at < end; at++) {
          const byte = bytes[at]!;
          if (this.#escaped) this.#escaped = false;
          else if (byte === mark.backslash) this.#escaped = true;
          else if (byte === mark.quote) break;
        }
        if (at === end) return -1;
        at++;
        this.#inString = false;
        if (this.#depth === 0) return at;
        continue;
      }
      const byte = bytes[at]!;
      if (byte === mark.quote) {
        this.#inString = true;
      } else if (byte === mark.open || byte === mark.openList) {
        this.#depth++;
      } else if (byte === mark.close || byte === mark.closeList) {
        // The end of what holds a number or a word.
        if (this.#depth === 0) return at;
        this.#depth--;
        if (this.#depth === 0) return at + 1;
      } else if (this.#depth === 0 && (byte === mark.comma || byte <= 0x20)) {
        if (this.#scalar) return at;
      } else this.#scalar = true;
      at++;
    }
    return -1;
  }
}

/** The end of a value that is there as a whole. */
export function endOfValue(bytes: Uint8Array, at: number, end: number): number {
  const found = new ValueScan().scan(bytes, at, end);
  return found < 0 ? end : found;
}

const decoder = new TextDecoder("utf-8");

export function textOf(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.subarray(from, to));
}

/** @throws SyntaxError */
export function jsonOf(bytes: Uint8Array, from: number, to: number): unknown {
  return JSON.parse(textOf(bytes, from, to)) as unknown;
}

/**
 * Calls `each` with the keys of an object that is there as a whole, and where its values begin and end.
 * @throws Error if it is not an object
 */
export function eachKey(
  bytes: Uint8Array,
  from: number,
  end: number,
  each: (key: string, from: number, to: number) => void,
): void {
  let at = skipSpaces(bytes, from, end);
  if (bytes[at] !== mark.open) throw new Error("an object is expected");
  at = skipSpaces(bytes, at + 1, end);
  while (bytes[at] !== mark.close) {
    if (bytes[at] !== mark.quote) throw new Error("a key in quotes is expected");
    const keyEnd = endOfValue(bytes, at, end);
    const key = jsonOf(bytes, at, keyEnd) as string;
    at = skipSpaces(bytes, keyEnd, end);
    if (bytes[at] !== mark.colon) throw new Error("a colon is expected");
    at = skipSpaces(bytes, at + 1, end);
    const valueEnd = endOfValue(bytes, at, end);
    if (valueEnd === at) throw new Error("a value is expected");
    each(key, at, valueEnd);
    at = skipSpaces(bytes, valueEnd, end);
    if (bytes[at] === mark.comma) at = skipSpaces(bytes, at + 1, end);
    else if (bytes[at] !== mark.close) throw new Error("a comma or a closing brace is expected");
    if (at >= end) throw new Error("it ends too early");
  }
}
