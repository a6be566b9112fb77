import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { markedEncoding } from "@quadrat/core/host";

const headBytes = 64 * 1024;
const delimiters = ["\t", ";", ",", "|"];

/** Usual names of coordinate columns, in lower case, likeliest first. */
const coordinateNames = [
  ["decimallongitude", "decimallatitude"],
  ["longitude", "latitude"],
  ["lon", "lat"],
  ["long", "lat"],
  ["lng", "lat"],
  ["x", "y"],
  ["x_coord", "y_coord"],
  ["easting", "northing"],
] as const;

/** The column names of a text table, plain or gzipped: those of its first line that is neither `sep=` nor a comment. */
export async function readColumns(file: string): Promise<string[]> {
  const lines = decode(await readHead(file)).split(/\r\n|\r|\n/, 100);
  const line = lines.find((text) => text.trim() !== "" && !/^(#|"?sep=.)/i.test(text)) ?? lines[0]!;
  const count = (delimiter: string): number => line.split(delimiter).length;
  const delimiter = delimiters.reduce((best, next) => (count(next) > count(best) ? next : best));
  return line.split(delimiter).map((name) => name.trim().replace(/^"(.*)"$/, "$1"));
}

/** Finds the columns of x and y by their usual names. */
export function findCoordinates(columns: readonly string[]): readonly [x: string, y: string] | undefined {
  for (const pair of coordinateNames) {
    const [x, y] = pair.map((name) => columns.find((column) => column.toLowerCase() === name));
    if (x !== undefined && y !== undefined) return [x, y];
  }
  return undefined;
}

/** The column of codes of cells, as occurrence cubes name it, and that of the number of occurrences. */
export function findCode(columns: readonly string[]): CodeColumns | undefined {
  const code = columns.find((column) => /^(eea|eqdg?c?|mgrs)_?cell_?code$/i.test(column));
  const count = columns.find((column) => /^occurrences$/i.test(column));
  return code === undefined ? undefined : { code, ...(count === undefined ? {} : { count }) };
}

export interface CodeColumns {
  readonly code: string;
  readonly count?: string;
}

async function readHead(file: string): Promise<Buffer> {
  const source = createReadStream(file, { end: headBytes - 1 });
  const stream: Readable = (await isGzip(file)) ? source.pipe(createGunzip()) : source;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= headBytes) break;
    }
  } catch (error) {
    // The first bytes of a gzip file end in the middle of its data.
    if (length === 0) throw error;
  } finally {
    source.destroy();
  }
  return Buffer.concat(chunks);
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

function decode(bytes: Buffer): string {
  return new TextDecoder(markedEncoding(bytes) ?? "utf-8").decode(bytes);
}
