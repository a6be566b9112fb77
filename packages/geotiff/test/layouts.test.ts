import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { RasterData } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { openGeoTiff } from "../src/index.js";
import { fixture } from "./helpers.js";

interface Expected {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly band: number;
        readonly overview: number | null;
        readonly width: number;
        readonly height: number;
        /** a, b, c, d, e, f of the full image. */
        readonly affine: readonly number[];
        readonly pixels: string;
      }
    >
  >;
  /** Row by row, or their SHA-256 as float64. */
  readonly pixels: Readonly<Record<string, readonly (number | null)[] | string>>;
}

const expected = JSON.parse(readFileSync(fixture("expected.json"), "utf8")) as Expected;

function sha256(data: RasterData): string {
  return createHash("sha256")
    .update(new Uint8Array(Float64Array.from(data).buffer))
    .digest("hex");
}

describe("reads what GDAL reads", () => {
  it.each(Object.entries(expected.files))("%s", async (name, file) => {
    const source = await openGeoTiff({
      path: fixture(`layouts/${name}.tif`),
      band: file.band,
      scaled: true,
      overview: file.overview ?? undefined,
    });
    try {
      const { width, height } = source;
      expect({ width, height }).toEqual({ width: file.width, height: file.height });
      if (file.overview === null) {
        const { a, b, c, d, e, f } = source.affine;
        expect([a, b, c, d, e, f]).toEqual(file.affine);
      }
      const { data } = await source.read({ col: 0, row: 0, width, height });
      const pixels = expected.pixels[file.pixels]!;
      if (typeof pixels === "string") expect(sha256(data)).toBe(pixels);
      else expect(Array.from(data, (value) => (Number.isNaN(value) ? null : value))).toEqual(pixels);
    } finally {
      await source.close();
    }
  });
});
