import { isUtf8 } from "node:buffer";
import { nearest } from "@quadrat/core";
import { markedEncoding } from "@quadrat/core/host";
import { readBytes } from "./bytes.js";
import { inputError, usageError } from "../faults.js";
import { lineEnds } from "./line-ends.js";
import type { Packing } from "./packing.js";

const common = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "iso-8859-1",
  "windows-1252",
  "macintosh",
  "shift_jis",
  "gb18030",
];

/** The assumed encoding of a text that isn't UTF-8. */
export const fallbackLabel = "windows-1252";

/** How the bytes of a text are decoded. */
export interface TextEncoding {
  /** A label of the WHATWG encoding standard, in which iso-8859-1 is another name of windows-1252. */
  readonly label: string;
  /** Whether the file or the configuration states it; else it is UTF-8 until a byte proves the contrary. */
  readonly certain: boolean;
}

/** The encoding by the byte order mark, else by the configuration, else UTF-8. */
export function detectEncoding(file: string, head: Buffer, wanted: string | undefined): TextEncoding {
  if (
    head.subarray(0, 4).equals(Buffer.from([0xff, 0xfe, 0, 0])) ||
    head.subarray(0, 4).equals(Buffer.from([0, 0, 0xfe, 0xff]))
  ) {
    throw inputError(file, "the text is in UTF-32", { hint: "save it as UTF-8" });
  }
  const marked = markedEncoding(head);
  if (marked !== undefined) return { label: marked, certain: true };
  if (wanted !== undefined) return { label: canonicalLabel(file, wanted), certain: true };
  if (!isWide(head)) return { label: "utf-8", certain: false };
  throw inputError(file, "the text seems to be in UTF-16 without a byte order mark", {
    hint: "give `encoding: utf-16le` (or utf-16be), or save it as UTF-8",
  });
}

/** The file as chunks of valid UTF-8, without a byte order mark. */
export async function* readUtf8(
  file: string,
  packing: Packing,
  encoding: TextEncoding,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const lineEnd = typeof packing === "object" ? packing.lineEnd : undefined;
  const chunks =
    encoding.label === "utf-8"
      ? withoutMark(readBytes(file, packing, signal))
      : decodedBytes(file, packing, encoding, signal);
  if (lineEnd === undefined) {
    yield* chunks;
    return;
  }
  const ends = lineEnds(lineEnd);
  for await (const chunk of chunks) yield ends.push(chunk);
  yield ends.end();
}

async function* decodedBytes(
  file: string,
  packing: Packing,
  encoding: TextEncoding,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding.label, { fatal: true });
  const decode = (chunk?: Buffer): Buffer => {
    try {
      return Buffer.from(chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode());
    } catch (cause) {
      throw inputError(file, `the text is not valid ${encoding.label}`, {
        cause,
        hint: "correct `encoding:`",
      });
    }
  };
  for await (const chunk of readBytes(file, packing, signal)) yield decode(chunk);
  yield decode();
}

/** The length of the part of `bytes` that ends with a whole UTF-8 character. */
export function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** The beginning of a file as UTF-8 without a byte order mark, whatever its encoding. */
export function decodeHead(head: Buffer, whole: boolean, { label, certain }: TextEncoding): Buffer {
  const isText = label !== "utf-8" || certain || isUtf8(head.subarray(0, wholeCharacters(head)));
  const decoder = new TextDecoder(isText ? label : fallbackLabel);
  return Buffer.from(decoder.decode(head, { stream: !whole }));
}

async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    first = false;
    yield marked ? chunk.subarray(3) : chunk;
  }
}

function canonicalLabel(file: string, wanted: string): string {
  try {
    return new TextDecoder(wanted).encoding;
  } catch {
    const near = nearest(wanted, common);
    const hint = `${near === undefined ? "" : `did you mean ${near}? `}names are those of the web's encoding standard: ${common.join(", ")}, ...`;
    throw usageError(file, "encoding", `unknown encoding "${wanted}"`, hint);
  }
}

/** True when every other byte of the beginning is zero: Latin text with two bytes per character. */
function isWide(head: Buffer): boolean {
  const sample = head.subarray(0, 64);
  if (sample.length < 4) return false;
  const zeros = [0, 0];
  sample.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2]!++;
  });
  const half = Math.floor(sample.length / 2);
  return zeros.some((count, index) => count >= half * 0.9 && zeros[1 - index] === 0);
}
