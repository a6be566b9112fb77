import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/host.js";
import { refusal, sound } from "./refusal.js";

const file = `
grid: {crs: EPSG:4326, resolution: 0.5, bounds: [-10, 40, 10, 60]}
datasets:
  elevation: {path: data/elevation.tif, nodata: -1, band: 2, fill: 0}
  "odd.name": {path: data/odd.tif}
merge: {join: inner, streaming_chunk_size: 200}
export: {formats: [csv, parquet], compress: true}
experiments:
  big:
    merge: {join: all}
    export: {formats: [{use: arrow, level: 3}]}
    datasets:
      elevation: {band: 3, nodata: null, fill: null}
      extra: {path: more/extra.csv}
  like:
    grid: {crs: null, resolution: null, bounds: null, like: data/elevation.tif}
  less:
    datasets: {odd.name: null}
  nothing:
`;

const parse = (experiment?: string, ...overrides: string[]) =>
  parseConfig(file, { file: "config.yml", experiment, overrides });

describe("precedence", () => {
  it("lays the file over the defaults", () => {
    expect(parse().merge).toEqual({ join: "inner", enableStreaming: false, streamingChunkSize: 200 });
  });

  it("lays an experiment over the file, however deep, and lists whole", () => {
    const config = parse("big");
    expect(config.merge).toEqual({ join: "all", enableStreaming: false, streamingChunkSize: 200 });
    expect(config.export.formats).toEqual([{ use: "arrow", options: { level: 3 } }]);
    expect(config.export.compress).toBe(true);
    expect(Object.keys(config.datasets)).toEqual(["elevation", "odd.name", "extra"]);
    expect(config.datasets["elevation"]).toMatchObject({ band: 3, path: resolve("data/elevation.tif") });
  });

  it("takes null as a value of nodata and as the way back to the default elsewhere", () => {
    expect(parse().datasets["elevation"]).toMatchObject({ nodata: -1, fill: 0 });
    const { elevation } = parse("big").datasets;
    expect(elevation!.nodata).toBeNull();
    expect(elevation).not.toHaveProperty("fill");
    expect(parse("like").grid).toEqual({ like: resolve("data/elevation.tif") });
    expect(Object.keys(parse("less").datasets)).toEqual(["elevation"]);
    expect(parse(undefined, "merge.join=").merge.join).toBe("outer");
  });

  it("lets an experiment change nothing", () => {
    expect(parse("nothing")).toEqual({
      ...parse(),
      experiment: "nothing",
      export: { ...parse().export, directory: resolve("output/nothing") },
    });
  });

  it("lays --set over all, the last one winning", () => {
    const config = parse("big", "merge.join=inner", "merge.join=outer", "export.formats=[csv, {use: arrow}]");
    expect(config.merge.join).toBe("outer");
    expect(config.export.formats.map(({ use }) => use)).toEqual(["csv", "arrow"]);
  });

  it("reads the value of --set as YAML", () => {
    const config = parse(
      undefined,
      "memory.limit=2GiB",
      "grid.resolution=[0.25, 0.5]",
      "merge.enable_streaming=auto",
      "datasets.elevation.crs=+proj=laea +lat_0=52",
      'datasets."odd.name".path=b=c.tif',
      "export.compress=false",
      " resampling . window_size = 512",
    );
    expect(config.memory.limit).toEqual({ bytes: 2 * 1024 ** 3 });
    expect(config.grid.resolution).toEqual([0.25, 0.5]);
    expect(config.merge.enableStreaming).toBe("auto");
    expect(config.datasets["elevation"]!.crs).toBe("+proj=laea +lat_0=52");
    expect(config.datasets["odd.name"]!.path).toBe(resolve("b=c.tif"));
    expect(config.export.compress).toBe(false);
    expect(config.resampling.windowSize).toBe(512);
  });

  it("names --set and --experiment as the source of a problem", () => {
    const overrides = [
      "merge.join=outr",
      "merge.jion=all",
      "export.compress",
      "export.name=[",
      "experiments.a.threads=2",
    ];
    expect(refusal(file, { experiment: "bgi", overrides })).toEqual([
      "--set export.compress : a setting is key=value, such as merge.join=inner or datasets.elevation.band=2",
      "--set export.name=[ export.name: Flow sequence must end with a ]; the value is read as YAML",
      "--experiment bgi : unknown experiment; did you mean big? allowed: big, like, less, nothing",
      '--set merge.join=outr merge.join: found the text "outr"; allowed: outer, inner, all; did you mean outer?',
      "--set merge.jion=all merge.jion: unknown key; did you mean join? allowed: join, enable_streaming, streaming_chunk_size",
      "--set experiments.a.threads=2 experiments: found a mapping; allowed: nothing here; experiments are defined in the file",
    ]);
  });

  it("checks the experiments that are not chosen", () => {
    expect(refusal(`${sound}experiments:\n  a: {grid: {resolution: 0}}\n  b: 5\n  c/d: {}`)).toEqual([
      "config.yml:5:26 experiments.a.grid.resolution: found 0; allowed: a number above 0, or [x, y]",
      "config.yml:6:6 experiments.b: found 5; allowed: a mapping",
      expect.stringMatching(/^config.yml:7:3 experiments.c\/d: a file name can't contain/),
    ]);
  });

  it("tells a fault of the chosen experiment once", () => {
    const text = `${sound}experiments:\n  a: {merge: {jion: all}}`;
    expect(refusal(text, { experiment: "a" })).toHaveLength(1);
  });

  it("takes the file alone when asked for the experiment `default`, unless it defines one", () => {
    expect(parse("default")).toEqual(parse());
    const defined = `${sound}experiments: {default: {threads: 3}}`;
    expect(parseConfig(defined, { file: "config.yml" }).threads).toBe(3);
  });
});
