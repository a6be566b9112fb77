import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readBytes } from "../../src/tables/text/bytes.js";
import { isPlainGzip } from "../../src/tables/text/gzip.js";
import { useBench } from "./support.js";

/** A member as RFC 1952 describes it. */
function member(text: string, flags = 0, fields = Buffer.alloc(0)): Buffer {
  const data = Buffer.from(text);
  const head = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255]);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(data), 0);
  trailer.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, fields, deflateRawSync(data), trailer]);
}

const [one, two] = [gzipSync("one\n"), gzipSync("two\n")];
const zeros = Buffer.alloc(3000);
const long = "a long text ".repeat(300_000);

describe("gzip", () => {
  const bench = useBench();
  const read = async (bytes: Uint8Array): Promise<{ text: string; left: number }> => {
    const path = await bench.put("test.gz", bytes);
    const chunks: Buffer[] = [];
    let left = 0;
    for await (const chunk of readBytes(path, "gzip", undefined, (bytes) => (left = bytes)))
      chunks.push(chunk);
    return { text: Buffer.concat(chunks).toString(), left };
  };

  it.each([
    ["a member", one, "one\n", 0],
    ["members", Buffer.concat([one, two]), "one\ntwo\n", 0],
    ["padding", Buffer.concat([one, zeros]), "one\n", 0],
    ["members with padding between", Buffer.concat([one, zeros, two, zeros]), "one\ntwo\n", 0],
    ["a name and a comment", member("one\n", 24, Buffer.from("a.csv\0made by hand\0")), "one\n", 0],
    ["an extra field", member("one\n", 4, Buffer.from("\x05\0XY\x01\0z", "latin1")), "one\n", 0],
    ["bytes after it", Buffer.concat([one, two, Buffer.from("and more")]), "one\ntwo\n", 8],
    ["bytes after padding", Buffer.concat([one, zeros, Buffer.from("more")]), "one\n", 4],
    ["a single byte after it", Buffer.concat([one, Buffer.from("m")]), "one\n", 1],
    [
      "bytes after a comment",
      Buffer.concat([member("one\n", 16, Buffer.from("c\0")), Buffer.from("m")]),
      "one\n",
      1,
    ],
    ["bytes after a long one", Buffer.concat([gzipSync(long), Buffer.from("more")]), long, 4],
  ])("is read: %s", async (_, bytes, text, left) => {
    const found = await read(bytes);
    expect(found.left).toBe(left);
    expect(found.text === text).toBe(true);
  });

  it.each([
    ["a truncated member", one.subarray(0, -6), /truncated/],
    ["a truncated second member", Buffer.concat([one, two.subarray(0, -6)]), /truncated/],
    [
      "a damaged second member",
      Buffer.concat([one, two.map((byte, at) => (at === 14 ? byte ^ 8 : byte))]),
      /damaged/,
    ],
    [
      "a wrong check sum before other bytes",
      Buffer.concat([one.map((byte, at) => (at === one.length - 8 ? byte ^ 1 : byte)), Buffer.from("more")]),
      /damaged/,
    ],
  ])("is refused: %s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });

  it("is left to DuckDB only if it is one member with nothing else", async () => {
    const plain = async (bytes: Uint8Array, size: number): Promise<boolean> =>
      isPlainGzip(await bench.put("plain.gz", bytes), size);
    expect(await plain(two, 4)).toBe(true);
    expect(await plain(member("one\n", 8, Buffer.from("a.csv\0")), 4)).toBe(true);
    expect(await plain(member("one\n", 16, Buffer.from("c\0")), 4)).toBe(false);
    expect(await plain(Buffer.concat([two, two]), 8)).toBe(false);
    expect(await plain(Buffer.concat([two, zeros]), 4)).toBe(false);
  });
});
