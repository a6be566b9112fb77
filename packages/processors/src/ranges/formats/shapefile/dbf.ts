import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { inputError, usageError } from "../../../tables/faults.js";
import type { Field, FieldValue } from "../../feature.js";
import { FileWindow } from "../file-window.js";

/** The table beside a shapefile. */
export interface AttributeTable {
  readonly count: number;
  readonly fields: readonly Field[];
  /** The values of a record counted from 0; undefined if it is marked as deleted. */
  record(index: number, wanted: readonly number[]): Promise<FieldValue[] | undefined>;
  close(): Promise<void>;
}

interface Column extends Field {
  readonly kind: string;
  readonly from: number;
  readonly length: number;
}

/** Encodings by the language driver of the header, those that the Encoding Standard has. */
const drivers: Readonly<Record<number, string>> = {
  0x03: "windows-1252",
  0x04: "macintosh",
  0x13: "shift_jis",
  0x4d: "gbk",
  0x4e: "euc-kr",
  0x4f: "big5",
  0x57: "windows-1252",
  0x58: "windows-1252",
  0x59: "windows-1252",
  0x65: "ibm866",
  0x78: "big5",
  0x79: "euc-kr",
  0x7a: "gbk",
  0x7b: "shift_jis",
  0x7c: "windows-874",
  0x7d: "windows-1255",
  0x7e: "windows-1256",
  0xc8: "windows-1250",
  0xc9: "windows-1251",
  0xca: "windows-1254",
  0xcb: "windows-1253",
  0xcc: "windows-1257",
};

export async function openDbf(
  file: string,
  codePageFile: string | undefined,
  given: string | undefined,
): Promise<AttributeTable> {
  const window = await FileWindow.open(file);
  try {
    const head = Buffer.from(await window.read(0, 32));
    const count = head.readUInt32LE(4);
    const headBytes = head.readUInt16LE(8);
    const recordBytes = head.readUInt16LE(10);
    if (headBytes < 33 || recordBytes < 1 || headBytes > window.size)
      throw inputError(file, "the header of the table is damaged");
    const decode = decoderOf(file, await labelOf(file, head[29]!, codePageFile, given));
    const columns = columnsOf(file, Buffer.from(await window.read(32, headBytes - 32)), recordBytes, decode);
    return {
      count: Math.min(count, Math.floor((window.size - headBytes) / recordBytes)),
      fields: columns.map(({ name, type }) => ({ name, type })),
      async record(index, wanted) {
        const bytes = await window.read(headBytes + index * recordBytes, recordBytes);
        if (bytes[0] === 0x2a) return undefined;
        return wanted.map((position) => valueOf(bytes, columns[position]!, decode));
      },
      close: () => window.close(),
    };
  } catch (error) {
    await window.close();
    throw error;
  }
}

function columnsOf(file: string, bytes: Buffer, recordBytes: number, decode: Decode): Column[] {
  const columns: Column[] = [];
  let from = 1;
  for (let at = 0; at + 32 <= bytes.length && bytes[at] !== 0x0d; at += 32) {
    const zero = bytes.indexOf(0, at);
    const name = decode(bytes.subarray(at, zero < at || zero > at + 11 ? at + 11 : zero)).trim();
    const kind = String.fromCharCode(bytes[at + 11]!);
    const [length, decimals] = [bytes[at + 16]!, bytes[at + 17]!];
    if (from + length > recordBytes) throw inputError(file, `field "${name}" is longer than a record`);
    columns.push({ name, kind, from, length, type: typeOf(kind, length, decimals) });
    from += length;
  }
  return columns;
}

function typeOf(kind: string, length: number, decimals: number): Field["type"] {
  if (kind === "N" && decimals === 0 && length <= 18) return "BIGINT";
  if (kind === "N" || kind === "F" || kind === "O") return "DOUBLE";
  if (kind === "I" || kind === "+") return "BIGINT";
  return kind === "L" ? "BOOLEAN" : "VARCHAR";
}

function valueOf(record: Buffer, { kind, type, from, length }: Column, decode: Decode): FieldValue {
  const bytes = record.subarray(from, from + length);
  if ((kind === "I" || kind === "+") && length === 4) return BigInt(bytes.readInt32LE());
  if (kind === "O" && length === 8) return bytes.readDoubleLE();
  if (type === "VARCHAR") {
    const text = decode(bytes).replace(/[\0 ]+$/u, "");
    if (text === "" || (kind === "D" && /^0*$/.test(text))) return null;
    return kind === "D" && /^\d{8}$/.test(text)
      ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
      : text;
  }
  const text = bytes.toString("latin1").replaceAll("\0", " ").trim();
  if (type === "BOOLEAN") return /^[yt]$/i.test(text) ? true : /^[nf]$/i.test(text) ? false : null;
  if (text === "" || text.startsWith("*")) return null;
  const number = Number(text);
  if (Number.isNaN(number)) return null;
  if (type === "DOUBLE") return number;
  return /^[+-]?\d+$/.test(text) ? BigInt(text) : Number.isSafeInteger(number) ? BigInt(number) : null;
}

type Decode = (bytes: Uint8Array) => string;

/** UTF-8 where the bytes are that, if nothing says what they are. */
function decoderOf(file: string, label: string | undefined): Decode {
  const utf8 = new TextDecoder("utf-8");
  if (label === undefined) return (bytes) => (isUtf8(bytes) ? utf8.decode(bytes) : decode1252(bytes));
  try {
    const decoder = new TextDecoder(label);
    return decoder.encoding === "windows-1252" ? decode1252 : (bytes) => decoder.decode(bytes);
  } catch {
    throw usageError(
      file,
      "encoding",
      `the encoding "${label}" is not known`,
      "such as utf-8 or windows-1252",
    );
  }
}

/** What windows-1252 has from 0x80 to 0x9f. Node.js takes it for Latin-1, which has control characters there. */
const upper = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

function decode1252(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("latin1")
    .replace(/[\u0080-\u009f]/g, (letter) => upper[letter.charCodeAt(0) - 0x80]!);
}

async function labelOf(
  file: string,
  driver: number,
  codePageFile: string | undefined,
  given: string | undefined,
): Promise<string | undefined> {
  if (given !== undefined) return given;
  if (codePageFile !== undefined) {
    const text = (await readFile(codePageFile, "latin1")).trim();
    const page = /^(?:ansi |cp|windows-?|oem )?(\d{3,5})$/i.exec(text)?.[1];
    const label = page === "65001" ? "utf-8" : page === undefined ? text : (pages[page] ?? `windows-${page}`);
    if (isLabel(label)) return label;
    throw inputError(codePageFile, `the encoding "${text}" is not known`, {
      hint: `give it in the configuration, such as \`encoding: windows-1252\``,
    });
  }
  return drivers[driver];
}

const pages: Readonly<Record<string, string>> = {
  "866": "ibm866",
  "932": "shift_jis",
  "936": "gbk",
  "949": "euc-kr",
  "950": "big5",
  "88591": "iso-8859-1",
};

function isLabel(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}
