import type { PartTemplate } from "./part.js";

/** Rasters of plain float32 numbers after a header of five float64 numbers. */
export const sourceTemplate: PartTemplate = {
  module: ({ name, part }) => `import { open } from "node:fs/promises";
import { definePlugin, QuadratError } from "@quadrat/core";

/** width, height, xmin, ymax and the size of a pixel, as float64, little-endian; then float32 by rows from the north. */
const headerBytes = 40;

async function openRaster({ path, dataset }) {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    const [width, height, xmin, ymax, pixel] = [0, 8, 16, 24, 32].map((at) => buffer.readDoubleLE(at));
    // Check a size stated in a file against the length of the file before allocating anything by it.
    if (!(width >= 1 && height >= 1 && pixel > 0) || size !== headerBytes + 4 * width * height) {
      throw new QuadratError("input", \`\${path} is not a ${part} raster: its size does not match its header\`, {
        hint: "check that the file is complete",
        place: { file: path },
      });
    }
    return {
      width,
      height,
      affine: { a: pixel, b: 0, c: xmin, d: 0, e: -pixel, f: ymax },
      crs: undefined, // the file does not state it: the dataset needs \`crs:\`
      dataType: "float32",
      blockSize: { width, height: 1 },
      warnings: [],
      async read(window) {
        const data = new Float32Array(window.width * window.height);
        const row = Buffer.alloc(4 * window.width);
        for (let i = 0; i < window.height; i++) {
          const first = (window.row + i) * width + window.col;
          await file.read(row, 0, row.length, headerBytes + 4 * first);
          for (let k = 0; k < window.width; k++) {
            const value = row.readFloatLE(4 * k);
            data[i * window.width + k] = value === dataset.nodata ? NaN : value;
          }
        }
        return { window, data };
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

export default definePlugin({
  name: "${name}",
  sources: [
    {
      name: "${part}",
      description: "float32 numbers after a header",
      kind: "raster",
      extensions: [".${part}"],
      open: openRaster,
    },
  ],
});
`,
  test: ({ part }) => `import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sourceSuite } from "@quadrat/core/testing";

const folder = await mkdtemp(join(tmpdir(), "${part}-"));
const path = join(folder, "made.${part}");
const numbers = [Float64Array.of(6, 4, -10, 50, 0.5), Float32Array.from({ length: 24 }, (_, i) => i / 4)];
await writeFile(path, Buffer.concat(numbers.map(({ buffer }) => Buffer.from(buffer))));
after(() => rm(folder, { recursive: true }));

const [source] = plugin.sources;

describe("the source", () => {
  for (const { name, run } of sourceSuite(source, { path })) it(name, run);

  it("reads what was written", async () => {
    const raster = await source.open({ name: "made", path, dataset: {} });
    const { data } = await raster.read({ col: 4, row: 1, width: 2, height: 2 });
    await raster.close();
    assert.deepEqual([...data], [2.5, 2.75, 4, 4.25]);
  });
});
`,
  usage: ({ part }) => `datasets:
  made: { path: made.${part}, crs: EPSG:4326 }`,
};
