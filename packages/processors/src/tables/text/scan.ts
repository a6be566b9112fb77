import { isUtf8 } from "node:buffer";
import type { QuadratError } from "@quadrat/core";
import { lendBytes } from "./bytes.js";
import { wholeCharacters } from "./encoding.js";
import { inputError } from "../faults.js";
import type { Packing } from "./packing.js";
import { countLines } from "./records.js";
import { signsOf, type QuotingSigns } from "./signs.js";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Facts about the bytes of a whole text file. */
export interface TextFacts extends QuotingSigns {
  /** Unpacked. */
  readonly bytes: number;
  readonly hasCarriageReturns: boolean;
  /** The line of the first byte that is not UTF-8. */
  readonly notUtf8: number | undefined;
  /** Bytes after the gzip data that do not belong to it. */
  readonly remainder: number;
}

/**
 * Examines every byte of a text for what decides how it must be read, and verifies that a gzip file is complete.
 * @throws QuadratError for a NUL byte, unless the encoding uses them
 */
export async function scanText(
  file: string,
  packing: Packing,
  encoding: string,
  delimiter: string,
  signal: AbortSignal,
): Promise<TextFacts> {
  const wide = encoding.startsWith("utf-16");
  let remainder = 0;
  let hasQuotes = false;
  let hasEscapes = false;
  let hasCarriageReturns = false;
  let notUtf8At: number | undefined;
  let offset = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of lendBytes(file, packing, signal, (bytes) => (remainder = bytes))) {
    const nul = wide ? -1 : chunk.indexOf(0);
    if (nul >= 0) {
      throw nulError(file, await lineAt(file, packing, offset + nul));
    }
    if (!hasQuotes || !hasEscapes) {
      const signs = signsOf(chunk, delimiter, wide);
      hasQuotes ||= signs.hasQuotes;
      hasEscapes ||= signs.hasEscapes;
    }
    hasCarriageReturns ||= chunk.includes(carriageReturn);
    if (notUtf8At === undefined) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const whole = wholeCharacters(bytes);
      if (!isUtf8(bytes.subarray(0, whole)))
        notUtf8At = offset - rest.length + firstInvalid(bytes.subarray(0, whole));
      rest = Buffer.from(bytes.subarray(whole));
    }
    offset += chunk.length;
  }
  if (notUtf8At === undefined && rest.length > 0) notUtf8At = offset - rest.length;
  const notUtf8 = notUtf8At === undefined ? undefined : await lineAt(file, packing, notUtf8At);
  return { hasQuotes, hasEscapes, hasCarriageReturns, notUtf8, bytes: offset, remainder };
}

/** Refuses the beginning of a text if it has a NUL byte. */
export function assertText(file: string, text: Buffer): void {
  const nul = text.indexOf(0);
  if (nul >= 0) throw nulError(file, countLines(text, 0, nul) + 1);
}

function nulError(file: string, line: number): QuadratError {
  return inputError(file, "the text contains a NUL byte", {
    line,
    hint: "the file is damaged, not a text, or in an encoding that `encoding:` must name",
  });
}

/** The offset of the first character that isn't UTF-8, found by halving. */
function firstInvalid(bytes: Buffer): number {
  let valid = 0;
  let end = bytes.length;
  while (end - valid > 8) {
    const middle = (valid + end) >> 1;
    const part = bytes.subarray(valid, middle);
    const whole = wholeCharacters(part);
    if (!isUtf8(part.subarray(0, whole))) end = middle;
    else if (whole === 0) break;
    else valid += whole;
  }
  const step = (): number => [1, 2, 3, 4].find((size) => isUtf8(bytes.subarray(valid, valid + size))) ?? 0;
  for (let size = step(); size > 0 && valid < bytes.length; size = step()) valid += size;
  return valid;
}

/** The line, counted from 1, of the byte at `offset`. */
async function lineAt(file: string, packing: Packing, offset: number): Promise<number> {
  let line = 1;
  let from = 0;
  let previous = 0;
  for await (const chunk of lendBytes(file, packing)) {
    const end = Math.min(chunk.length, offset - from);
    for (let i = 0; i < end; i++) {
      const byte = chunk[i]!;
      if (byte === carriageReturn || (byte === lineFeed && previous !== carriageReturn)) line++;
      previous = byte;
    }
    from += chunk.length;
    if (from > offset) break;
  }
  return line;
}
