import { closeSync, openSync, unlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlockScratch, openFile, SlotTable, totals, ownCounts, type ScratchShare } from "@quadrat/core/base";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openGeoTiff, type GeoTiffSource } from "../src/index.js";
import { openBand } from "../src/pixels/band-reader.js";
import { readContainer } from "../src/container/container.js";
import { readLayout, sampleBytesOf } from "../src/pixels/layout.js";
import { openStreamedBand } from "../src/pixels/streamed-band.js";
import { fixture, readWhole } from "./helpers.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-scratch-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Does the work with a new scratch file that has room for so many blocks. */
async function withScratch<T>(
  blocks: { readonly count: number; readonly bytes: number },
  patience: number,
  work: (share: ScratchShare) => Promise<T>,
): Promise<T> {
  const path = join(folder, "scratch");
  const fd = openSync(path, "wx+");
  unlinkSync(path);
  try {
    const state = SlotTable.memory(blocks.count);
    return await work({ fd, path, state, slotBytes: blocks.bytes, patience });
  } finally {
    closeSync(fd);
  }
}

const windowsOf = (width: number, height: number) =>
  fc
    .tuple(
      fc.integer({ min: 0, max: width - 1 }),
      fc.integer({ min: 0, max: height - 1 }),
      fc.integer({ min: 1, max: width }),
      fc.integer({ min: 1, max: height }),
    )
    .map(([col, row, w, h]) => ({
      col,
      row,
      width: Math.min(w, width - col),
      height: Math.min(h, height - row),
    }));

const names = [
  "int16_strips",
  "float32_tiled_deflate_3",
  "bands_pixel_strip",
  "bands_band_int32_1",
  "bits1_tiled",
  "mask_internal",
  "scaled",
  "sparse_nodata",
  "codec_jpeg_grey",
  "uint64_strips",
  "float16_tiled_deflate",
];

describe("windows of readers that share a scratch file hold what the image has there", () => {
  it.each(names)("%s", async (name) => {
    const path = fixture(`layouts/${name}.tif`);
    const whole = await readWhole(path);
    const open = (cacheBytes: number): Promise<GeoTiffSource> =>
      openGeoTiff({ path, band: 1, scaled: true, cacheBytes });
    const property = fc.asyncProperty(
      fc.array(windowsOf(whole.width, whole.height), { minLength: 1, maxLength: 12 }),
      fc.constantFrom(0, 1500, 1e6),
      fc.constantFrom({}, { keep: "all" } as const, { keep: "partial" } as const, { keep: "none" } as const),
      fc.integer({ min: 0, max: 3 }),
      async (wanted, cacheBytes, hints, patience) => {
        const sources = [await open(cacheBytes), await open(cacheBytes)];
        await withScratch(sources[0]!.scratchBlocks!, patience, async (share) => {
          const rest = [...wanted];
          for (let turn = 1; rest.length > 0; turn++) {
            for (const source of sources) source.useScratch!(new BlockScratch(share, turn));
            const arrays = await Promise.all(
              rest.splice(0, 3).map((window, i) => sources[(turn + i) % 2]!.read(window, hints)),
            );
            for (const { window, data } of arrays) {
              const expected = Array.from(data, (_, i) => {
                const row = window.row + Math.floor(i / window.width);
                return whole.data[row * whole.width + window.col + (i % window.width)]!;
              });
              expect(Array.from(data)).toEqual(expected);
            }
          }
        });
        for (const source of sources) await source.close();
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it.each([
    ["one_strip_deflate", 4],
    ["codec_zstd_strips_big", 1],
    ["float64_big_strips_lzw_3", 5],
  ] as const)("%s, decoded as a stream", async (name, pieceRows) => {
    const path = fixture(`layouts/${name}.tif`);
    const container = await readContainer(await openFile(path));
    const [directory] = container.directories;
    const layout = await readLayout(container, directory);
    const { width, height } = layout;
    const pieces = {
      ...layout,
      streamedRows: layout.blockHeight,
      blockHeight: pieceRows,
      blocksDown: Math.ceil(height / pieceRows),
    };
    const options = { band: 0, cacheBytes: 0, sparseValue: 0 };
    const expected = await openBand(container, directory, layout, options);
    const property = fc.asyncProperty(
      fc.array(windowsOf(width, height), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 9 }),
      async (windows, patience) => {
        const blocks = { count: pieces.blocksDown, bytes: sampleBytesOf(pieces) };
        await withScratch(blocks, patience, async (share) => {
          const reader = await openStreamedBand(container, directory, pieces, options);
          for (const [turn, window] of windows.entries()) {
            const [out, found] = [0, 1].map(() => new Float64Array(window.width * window.height));
            reader.useScratch(new BlockScratch(share, turn));
            await expected.read(window, out!);
            await reader.read(window, found!);
            expect(found).toEqual(out);
          }
          reader.close();
        });
      },
    );
    await fc.assert(property, { numRuns: 40 });
    await container.file.close();
  });
});

describe("a scratch file", () => {
  const path = fixture("layouts/float32_tiled_deflate_3.tif");
  const decodes = (): number => totals([ownCounts()]).decode.calls;

  it("lets readers without a cache decode each block once, and use its space again", async () => {
    const sources = await Promise.all(
      [0, 1].map(() => openGeoTiff({ path, band: 1, scaled: true, cacheBytes: 0 })),
    );
    const { width, height, scratchBlocks } = sources[0]!;
    await withScratch(scratchBlocks!, 2, async (share) => {
      const before = decodes();
      for (let row = 0; row < height; row++) {
        const source = sources[row % 2]!;
        source.useScratch!(new BlockScratch(share, row));
        await source.read({ col: 0, row, width, height: 1 });
      }
      expect(decodes() - before).toBe(scratchBlocks!.count);
      const blocksAcross = Math.ceil(width / sources[0]!.blockSize.width);
      expect(new SlotTable(share.state).slots).toBeLessThanOrEqual(2 * blocksAcross);
    });
    for (const source of sources) await source.close();
  });

  it("names what could not be written, and why", async () => {
    const source = await openGeoTiff({ path, band: 1, scaled: true });
    const fd = openSync("/dev/full", "r+");
    const share = {
      ...{ fd, path: "/data/quadrat.duckdb.1.blocks", patience: 1, slotBytes: source.scratchBlocks!.bytes },
      state: SlotTable.memory(source.scratchBlocks!.count),
    };
    source.useScratch!(new BlockScratch(share, 1));
    await expect(source.read({ col: 0, row: 0, width: 1, height: 1 })).rejects.toMatchObject({
      kind: "output",
      message: expect.stringMatching(
        /disk is full.*decoded blocks.*\/data\/quadrat\.duckdb\.1\.blocks/,
      ) as string,
      hint: expect.stringMatching(/free some space in \/data/) as string,
    });
    closeSync(fd);
    await source.close();
  });
});
