import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageDataOf, succeed } from "./study.js";

/** Each has a cell of its own, but for the first two, which have two. */
const odd = ["it's", 'a "quote"', "Ærø; é", "<b>&amp;</b>", "x".repeat(300)];
const names = [...odd, ...Array.from({ length: 295 }, (_, i) => `zone ${String(i).padStart(3, "0")}`)];
const cells = [names[0]!, names[1]!, ...names];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-report-"));
  const box = (x: number): number[][] => [
    [x, 0],
    [x + 1, 0],
    [x + 1, 1],
    [x, 1],
    [x, 0],
  ];
  const features = cells.map((name, index) => ({
    type: "Feature",
    properties: { name },
    geometry: { type: "Polygon", coordinates: [box(index)] },
  }));
  await writeFile(join(folder, "zones.geojson"), JSON.stringify({ type: "FeatureCollection", features }));
  const config = {
    grid: { crs: "+proj=eqc +units=km", resolution: 1, bounds: [0, 0, cells.length, 1] },
    datasets: {
      zone: { path: "zones.geojson", measure: "value", value: "name", crs: "+proj=eqc +units=km" },
    },
    export: { directory: "out", report: true },
    prediction: { learn: false },
  };
  await writeFile(join(folder, "config.yml"), JSON.stringify(config));
  await succeed("run", "--config", join(folder, "config.yml"), "--quiet");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("more names than colours", () => {
  it("are others beyond the commonest, and so are texts too long for names", async () => {
    const { columns } = await pageDataOf(join(folder, "out", "report.html"));
    const { names: shown, classes, map } = columns[0]!;
    const commonest = names.slice(0, 2).sort();
    const rest = names
      .slice(2)
      .filter((name) => name.length <= 200)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const kept = [...commonest, ...rest].slice(0, 249);
    expect(shown).toEqual([...kept, "51 others"]);
    const counts = [...commonest.map(() => 2), ...kept.slice(2).map(() => 1), cells.length - 251];
    expect(classes).toEqual(counts.map((count, number) => [number, count]));
    const bytes = inflateRawSync(Buffer.from(map!.data, "base64"));
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, cells.length);
    expect([...values]).toEqual(cells.map((name) => (kept.includes(name) ? kept.indexOf(name) : 249)));
  });

  it("are escaped, and counted in the legend", async () => {
    const text = await readFile(join(folder, "out", "report.html"), "utf8");
    expect(text.includes("<b>")).toBe(false);
    expect(text).toContain("238 more classes");
    expect(text).toContain("#3a3a3a");
    expect(text.replaceAll(/<[^>]*>/g, "")).toMatch(/51 others\s+16\.9 %/);
  });
});
