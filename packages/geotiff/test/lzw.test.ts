import { describe, expect, it } from "vitest";
import { decodeLzw } from "../src/pixels/codecs/lzw.js";
import { decodePackBits } from "../src/pixels/codecs/packbits.js";

const clearCode = 256;
const endCode = 257;

/** Codes and their widths in bits, high bits first, filled up with zeros or ones. */
function pack(codes: readonly (readonly [code: number, bits: number])[], fill: 0 | 1): Uint8Array {
  const bits = codes.map(([code, width]) => code.toString(2).padStart(width, "0")).join("");
  const whole = bits.padEnd(Math.ceil(bits.length / 8) * 8, String(fill));
  return Uint8Array.from(whole.match(/.{8}/g)!, (byte) => parseInt(byte, 2));
}

/** Every pixel a code of its own: the table grows by one with each but the first, and after 254 of them codes have 10 bits. */
function literals(pixels: readonly number[]): (readonly [number, number])[] {
  return [[clearCode, 9], ...pixels.map((pixel, i) => [pixel, i < 254 ? 9 : 10] as const)];
}

const strip = Array.from({ length: 254 }, (_, i) => (i * 7) % 251);
const size = { width: 127, rows: 2, fullRows: 2, rowBytes: 127 };

describe("LZW is read up to the last pixel and no further", () => {
  it.each<[string, Uint8Array]>([
    ["a right end code", pack([...literals(strip), [endCode, 10]], 0)],
    ["an end code of one bit less, then zeros: 514", pack([...literals(strip), [endCode, 9]], 0)],
    ["an end code of one bit less, then ones: 515", pack([...literals(strip), [endCode, 9]], 1)],
    ["no end code", pack(literals(strip), 0)],
    [
      "no end code, and bytes that mean nothing",
      Uint8Array.of(...pack(literals(strip), 0), 0xff, 0xff, 0x12, 0x34),
    ],
    ["more pixels", pack([...literals([...strip, 9, 9, 9]), [endCode, 10]], 0)],
  ])("%s", (_, data) => {
    expect([...decodeLzw(data, size)]).toEqual(strip);
  });

  it("a last string that is longer than what is left", () => {
    // 258 is the string 5 5, 259 is 5 5 5: nine pixels for a strip of seven.
    const codes = [clearCode, 5, 258, 259, 259, endCode].map((code) => [code, 9] as const);
    const seven = { width: 7, rows: 1, fullRows: 1, rowBytes: 7 };
    expect([...decodeLzw(pack(codes, 0), seven)]).toEqual([5, 5, 5, 5, 5, 5, 5]);
  });

  it("a last strip that is filled up to the height of the others", () => {
    const data = pack([...literals(strip), [endCode, 10]], 0);
    expect([...decodeLzw(data, { ...size, rows: 1 })]).toEqual(strip.slice(0, 127));
  });

  it("but not without a pixel", () => {
    const short = pack([...literals(strip.slice(1)), [endCode, 9]], 0);
    expect(() => decodeLzw(short, size)).toThrow(/253 of the 254 bytes/);
  });
});

describe("PackBits", () => {
  it("may be followed by bytes that mean nothing", () => {
    const four = { width: 4, rows: 1, fullRows: 1, rowBytes: 4 };
    expect([...decodePackBits(Uint8Array.of(0xfd, 7, 0x05, 1, 2), four)]).toEqual([7, 7, 7, 7]);
  });
});
