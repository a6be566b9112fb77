import { Grid, type RasterData } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { planResampling, resampleBand } from "../../src/resample/index.js";
import { memorySource } from "./memory-source.js";

const [width, height] = [72, 64] as const;

function setUp(method: "bilinear" | "lanczos") {
  const data = Float32Array.from({ length: width * height }, (_, i) =>
    i % 7 === 3 ? NaN : Math.sin(i) * 50 + i / 100,
  );
  const affine = { a: 0.5, b: 0, c: 0, d: 0, e: -0.5, f: 32 };
  const source = memorySource(width, height, affine, data, "float32");
  const grid = new Grid({ crs: "a", resolution: [1, 1], bounds: [0, 0, width / 2, height / 2] });
  const transform = { identity: true, transform: () => undefined };
  return { source, plan: planResampling({ source, grid, method, transform, geographicSource: false }) };
}

async function inBands(
  plan: ReturnType<typeof setUp>["plan"],
  starts: readonly number[],
  rows: number,
): Promise<RasterData> {
  const out = new Float64Array(plan.grid.width * plan.grid.height);
  for (const start of starts)
    out.set(await resampleBand(plan, start, start + rows, 2000), start * plan.grid.width);
  return out;
}

describe.each(["bilinear", "lanczos"] as const)("%s in bands", (method) => {
  const starts = [0, 8, 16, 24];

  it("reads no source row again that the band before has read", async () => {
    const { source, plan } = setUp(method);
    await inBands(plan, starts, 8);
    const rows = source.reads.flatMap(({ row, height }) => Array.from({ length: height }, (_, i) => row + i));
    expect(rows).toEqual(Array.from({ length: height }, (_, row) => row));
  });

  it("gives the same values in any order", async () => {
    const { plan } = setUp(method);
    const whole = await inBands(plan, [0], 32);
    for (const order of [starts, [24, 16, 8, 0], [8, 8, 16, 0, 24], [0, 16, 8, 24]])
      expect(await inBands(plan, order, 8)).toEqual(whole);
  });
});
