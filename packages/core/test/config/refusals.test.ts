import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isQuadratError, QuadratError, type ErrorPlace, type QuadratErrorKind } from "../../src/index.js";
import { configWarnings, loadConfig, locateInConfig, parseConfig } from "../../src/host.js";
import { placeOf } from "../../src/config/places.js";
import { refusal, sound } from "./refusal.js";

/** The first problem of the sound configuration with a value put at a key. */
const set = (...overrides: string[]): string => refusal(sound, { overrides }).join("\n");

describe("values", () => {
  it.each([
    ["grid.resolution=0", "found 0; allowed: a number above 0, or [x, y]"],
    ["grid.resolution=-1", "found -1;"],
    ["grid.resolution=.nan", "found .nan;"],
    ["grid.resolution=.inf", "found .inf;"],
    [
      'grid.resolution="0.1"',
      'found the text "0.1"; allowed: a number above 0, or [x, y]; write the number without quotes',
    ],
    ["grid.resolution='0,1'", "the decimal mark is a point"],
    ["grid.resolution=[0.1, 0]", "grid.resolution[1]: found 0;"],
    ["grid.resolution=[0.1]", "found a list of 1;"],
    ["grid.bounds=[0, 0, 1]", "found a list of 3; allowed: [xmin, ymin, xmax, ymax], or auto"],
    ["grid.bounds=[0, 0, 1, .inf]", "grid.bounds[3]: found .inf;"],
    ["grid.bounds=[10, 0, 5, 1]", "xmin 10 is not below xmax 5"],
    ["grid.bounds=[0, 3, 1, 3]", "ymin 3 is not below ymax 3"],
    [
      "grid.bounds=atuo",
      'found the text "atuo"; allowed: [xmin, ymin, xmax, ymax], or auto; did you mean auto?',
    ],
    ["grid.resolution=1e-8", "more than 2^53; use a coarser resolution or smaller bounds"],
    ["grid.resolution=1e-320", "more than 2^53"],
    ["resampling.window_size=255", "found 255; allowed: a whole number from 256 to 2048"],
    ["resampling.window_size=2049", "found 2049;"],
    ["resampling.window_size=300.5", "found 300.5;"],
    ["merge.streaming_chunk_size=99", "found 99; allowed: a whole number from 100 to 1000000"],
    ["merge.streaming_chunk_size=1000001", "found 1000001;"],
    ["merge.enable_streaming=yes", 'found the text "yes"; allowed: true, false, auto'],
    [
      "memory.limit=512",
      "found 512; allowed: a share from 0 to 100% such as 80%, or a size with its unit such as 512MB",
    ],
    ["memory.limit=0%", 'found the text "0%";'],
    ["memory.limit=120%", 'found the text "120%";'],
    ["memory.limit=lots", 'found the text "lots";'],
    ["memory.critical_threshold=1.1", "found 1.1; allowed: a number above 0, at most 1"],
    ["memory.recovery_threshold=0.8", "0.8 is not below warning_threshold, 0.8"],
    ["memory.warning_threshold=0.9", "0.9 is not below critical_threshold, 0.9"],
    ["memory.interval_ms=0", "found 0;"],
    ["export.formats=[]", "found an empty list; allowed: a list of exporters such as [csv, parquet]"],
    ["export.formats=csv", 'found the text "csv"; allowed: a list of exporters'],
    [
      "export.formats=[csv, {us: arrow}]",
      "export.formats[1].use: missing; allowed: a name such as csv, or {use: csv",
    ],
    ["export.formats=[csv, csv]", "export.formats[1]: was given twice"],
    ["export.name=../merged", "a file name can't contain"],
    ["export.name=..", "end with a dot"],
    ["export.compress=1", "found 1; allowed: true or false"],
    ["plugins=[a, a]", "plugins[1]: was given twice"],
    ["threads=0", "found 0; allowed: a whole number from 1 to 1024"],
    ["datasets.elevation.band=0", "found 0; allowed: a whole number from 1"],
    ["datasets.elevation.nodata=none", 'found the text "none"; allowed: a number, or null'],
    ["datasets.elevation.nodata=[-1, none]", "found a list of 2; allowed: a number, or null"],
    ["datasets.elevation.nodata={lat: 5}", "found a mapping; allowed: a number, or null"],
    ["datasets.elevation.nodata=[-1, -2]", "a raster takes a number, or null to ignore its own"],
    ["datasets.elevation.resample=bilinar", "did you mean bilinear?"],
    ["datasets.elevation.type=catgorical", "did you mean categorical?"],
    ['datasets.elevation.path="a\\0b"', "allowed: the path of a file"],
    ['datasets.elevation.path=" "', "allowed: the path of a file"],
    ["datasets.elevation.path=ftp://example.org/a.tif", "not ftp://; download it"],
    [
      "datasets.elevation.path=a.grib",
      "the file's ending does not identify its kind; add kind: raster, occurrences or ranges",
    ],
    ["datasets.elevation.delimiter=--", "allowed: one character"],
    ["datasets.elevation.quoting=single", "allowed: auto, none, double, backslash"],
    ["datasets.elevation.skip=-1", "allowed: a whole number from 0 to 1000000"],
    ["datasets.elevation.comment=12345678901234567", "allowed: one to 16 characters"],
    ["datasets=", "datasets: missing; allowed: a mapping of names to datasets"],
    ["datasets=5", "found 5; allowed: a mapping of names to datasets"],
  ])("%s", (override, message) => {
    const found = set(override);
    expect(found).toContain(message);
    expect(found.split("\n")).toHaveLength(1);
  });

  it("refuses a configuration without datasets", () => {
    const text = sound.slice(0, sound.indexOf("  elevation"));
    expect(refusal(`${text}  {}`)).toEqual([
      "config.yml:2:1 datasets: found an empty mapping; allowed: a mapping of names to datasets",
    ]);
  });

  it("takes a nodata of NaN or infinity, which rasters have", () => {
    const nodata = (value: string) =>
      parseConfig(sound, { file: "c.yml", overrides: [`datasets.elevation.nodata=${value}`] }).datasets[
        "elevation"
      ]!.nodata;
    expect([nodata(".nan"), nodata("-.inf"), nodata("-9999"), nodata("null")]).toEqual([
      NaN,
      -Infinity,
      -9999,
      null,
    ]);
  });

  it("takes numbers that stand for no value in a table, all together or by column", () => {
    const points = (text: string) =>
      parseConfig(`${sound}  points: {path: points, measure: mean, value: v, nodata: ${text}}\n`, {
        file: "c.yml",
      }).datasets["points"]!;
    expect(points("-9999")).toMatchObject({
      kind: "occurrences",
      nodataValues: { x: [], y: [], value: [-9999] },
    });
    expect(points("[-1, .inf]").nodataValues).toEqual({ x: [], y: [], value: [-1, Infinity] });
    expect(points("{x: 0, y: [0, -1]}").nodataValues).toEqual({ x: [0], y: [0, -1], value: [] });
    expect(() => points("null")).toThrow("a table has no nodata of its own to ignore");
    const counted = `${sound}  points: {path: points.csv, nodata: -1}\n`;
    expect(() => parseConfig(counted, { file: "c.yml" })).toThrow("used only with measure: species, mean");
  });

  it("takes a name without an ending for a table, unless a source is named", () => {
    const kindOf = (entry: string) =>
      parseConfig(`${sound}  points: {${entry}}\n`, { file: "c.yml" }).datasets["points"]!.kind;
    for (const path of [
      "data/parts",
      "occurrence.parquet/",
      '"year=*/**"',
      "parts/000000",
      "occurrence.parquet",
    ])
      expect(kindOf(`path: ${path}`)).toBe("occurrences");
    expect(kindOf("path: data/store, kind: raster")).toBe("raster");
    expect(() => kindOf("path: data/v1.0")).toThrow("add kind");
  });

  it("takes a bare number as an EPSG code, and nearest for near", () => {
    const config = parseConfig(sound, {
      file: "c.yml",
      overrides: ["grid.crs=3035", "datasets.elevation.resample=nearest"],
    });
    expect(config.grid.crs).toBe("EPSG:3035");
    expect(config.datasets["elevation"]!.resample).toBe("near");
  });
});

describe("names", () => {
  it.each(["x", "X", "y", "cell", "Cell"])("refuses a dataset called %s", (name) => {
    expect(refusal(`${sound}  ${name}: {path: b.tif}`)).toEqual([
      `config.yml:4:3 datasets.${name}: every table has a column ${name.toLowerCase()} of its own; give the dataset another name`,
    ]);
  });

  it.each([
    ['""', "a dataset needs a name"],
    ['" "', "a dataset needs a name"],
    ['" a"', "can't begin or end with a space"],
    ['"a\\nb"', "can't contain control characters"],
    ["2020", 'can\'t be a whole number; try "d2020"'],
    ["ELEVATION", 'differs from "elevation" only in case'],
  ])("refuses a dataset called %s", (name, message) => {
    expect(refusal(`${sound}  ${name}: {path: b.tif}`)[0]).toContain(message);
  });

  it("names the nearest key and where a misplaced one belongs", () => {
    expect(refusal(`${sound}window_size: 512\nexport: {format: [csv]}\nexperiment: {}`)).toEqual([
      expect.stringMatching(
        /^config.yml:4:1 window_size: unknown key; it belongs in resampling. allowed: grid, datasets,/,
      ),
      expect.stringMatching(
        /^config.yml:5:10 export.format: unknown key; did you mean formats\? allowed: formats, compress/,
      ),
      expect.stringMatching(/^config.yml:6:1 experiment: unknown key; did you mean experiments\?/),
    ]);
  });
});

describe("combinations", () => {
  const grid = (text: string) => refusal(`grid: ${text}\ndatasets: {a: {path: a.tif}}`);

  it("wants a whole grid, or a raster to take it from", () => {
    expect(grid("{}")).toEqual([
      "config.yml:1:1 grid: missing: crs, resolution, bounds; a grid is crs, resolution and bounds, or like: a raster",
    ]);
    expect(grid("{crs: EPSG:4326, resolution: 1}")[0]).toContain("missing: bounds");
    expect(grid("{like: a.tif}")).toEqual([]);
    expect(grid("{like: a.tif, crs: EPSG:4326, resolution: 1, bounds: auto}")).toEqual([
      "config.yml:1:21 grid.crs: like takes it from a raster; leave one of them out",
      "config.yml:1:37 grid.resolution: like takes it from a raster; leave one of them out",
      "config.yml:1:52 grid.bounds: like takes it from a raster; leave one of them out",
    ]);
    expect(grid("{crs: EPSG:4326, resolution: 1, bounds: auto}")).toEqual([]);
  });

  it.each([
    ["{path: a.csv, measure: mean}", "measure: mean needs value: the name of a column"],
    ["{path: a.csv, value: n}", "value: used only with measure: mean, sum, min, max, median"],
    [
      "{path: a.csv, measure: coverage}",
      "measure: coverage does not apply to occurrences; allowed: records, species, presence",
    ],
    ["{path: a.gpkg, measure: species}", "measure: counting species needs species"],
    ["{path: a.csv, rule: centre}", "rule: does not apply to occurrences"],
    ["{path: a.csv, band: 1}", "band: does not apply to occurrences"],
    ["{path: a.gpkg, expand: species}", "expand: a column per species needs species"],
    ["{path: a.csv, top: 5}", "top: chooses among the columns of expand: species"],
    ["{path: a.csv, min_records: 5}", "min_records: chooses among the columns of expand: species"],
    ["{path: a.csv, expand: species, by: year}", "by: can't be combined with expand"],
    ["{path: a.csv, expand: species, measure: species}", "measure: a column per species can't count species"],
    ["{path: a.gpkg, by: year}", "by: does not apply to ranges"],
    ["{path: a.csv, x: lon}", "x: was given without y; coordinates need both columns"],
    ["{path: a.csv, x: lon, y: lon}", "y: x and y are the same column, lon"],
    [
      "{path: a.csv, code: cell, crs: 3035}",
      "crs: can't be used together with code, which says where a record is",
    ],
    ["{path: a.csv, code: cell, uncertainty: u}", "uncertainty: can't be used together with code"],
    ["{path: a.csv, assign: random}", "assign: random needs uncertainty: the column of the radius in metres"],
    [
      "{path: a.csv, uncertainty: u, assign: fraction, measure: species, species: s}",
      "assign: fraction shares a record among cells, so that only measure: records can be counted, not species",
    ],
    ["{path: a.csv, uncertainty: u, seed: 1}", "seed: used only with assign: random"],
    ["{path: a.csv, uncertainty: u, assign: fractions}", 'assign: found the text "fractions"'],
    ["{path: a.tif, code: cell}", "code: does not apply to rasters"],
    [
      "{path: a.gpkg, measure: median}",
      "measure: median does not apply to ranges; allowed: species, presence, coverage, value",
    ],
    ["{path: a.gpkg, measure: value}", "measure: value needs value: the name of a column"],
    ["{path: a.gpkg, x: lon}", "x: does not apply to ranges"],
    ["{path: a.tif, measure: records}", "measure: does not apply to rasters"],
    ["{path: a.tif, classes: {a: 1}}", "classes: used only with resample: fractions"],
    ["{path: a.tif, resample: fractions, classes: {}}", "classes: names no class"],
    ["{path: a.csv, classes: {a: 1}}", "classes: does not apply to occurrences"],
    ["{path: a.tif, kind: occurrences, overviews: none}", "overviews: does not apply to occurrences"],
  ])("refuses %s", (dataset, message) => {
    expect(refusal(`${sound}  a: ${dataset}`)).toEqual([expect.stringContaining(` datasets.a.${message}`)]);
  });

  it.each([
    ["a.TIFF", "raster"],
    ["a.csv", "occurrences"],
    ["a.tsv", "occurrences"],
    ["a.txt", "occurrences"],
    ["a.csv.gz", "occurrences"],
    ["a.parquet", "occurrences"],
    ["a.zip", "occurrences"],
    ["a.gpkg", "ranges"],
    ["a.shp", "ranges"],
    ["a.geojson", "ranges"],
    ["a.fgb", "ranges"],
  ])("takes %s for %s", (path, kind) => {
    expect(parseConfig(`${sound}  a: {path: ${path}}`, { file: "c.yml" }).datasets["a"]!.kind).toBe(kind);
  });
});

describe("all problems at once", () => {
  const text = `grid: {crs: EPSG:4326, resolution: 0, bounds: [5, 0, 1, 1]}
datasets:
  X: {path: a.tif}
  a: {pth: a.tif}
  b: {path: b.csv, measure: mean}
merge: {join: ouetr}
memory: {recovery_threshold: 0.95}
`;

  it("tells them in the order of the file, with file, line and key of the first", () => {
    const found = refusal(text).map((line) => line.split(": ")[0]);
    expect(found).toEqual([
      "config.yml:1:36 grid.resolution",
      "config.yml:1:39 grid.bounds",
      "config.yml:3:3 datasets.X",
      "config.yml:4:3 datasets.a.path",
      "config.yml:4:7 datasets.a.pth",
      "config.yml:5:29 datasets.b.measure",
      "config.yml:6:15 merge.join",
      "config.yml:7:30 memory.recovery_threshold",
    ]);
    expect(() => parseConfig(text, { file: "config.yml" })).toThrow(
      expect.objectContaining({
        kind: "usage",
        exitCode: 2,
        place: { file: "config.yml", line: 1, key: "grid.resolution" },
        message: expect.stringMatching(
          /^config.yml has 8 problems\n {2}config.yml:1:36: grid.resolution: found 0; /,
        ) as string,
      }),
    );
  });

  it("tells fifty and counts the rest", () => {
    const many = sound + Array.from({ length: 60 }, (_, index) => `k${index}: 1\n`).join("");
    expect(() => parseConfig(many, { file: "config.yml" })).toThrow(
      /has 60 problems\n(.*\n){50} {2}and 10 more$/,
    );
  });
});

describe("polygons", () => {
  it.each([
    [
      "rule: touched, measure: coverage",
      "datasets.b.rule: measure: coverage is the covered fraction of each cell",
    ],
    ["threshold: 0.3", "datasets.b.threshold: used only with rule: coverage"],
    ["measure: coverage, threshold: 0.3", "datasets.b.threshold: used only with rule: coverage"],
    [
      "expand: species, species: s, measure: species",
      "a column per species can't count species; allowed: presence, coverage",
    ],
    [
      "expand: species, species: s, measure: value, value: v",
      "a column per species has no use for measure: value",
    ],
    ["expand: species, species: s, top: 3", "datasets.b.top: does not apply to ranges"],
    ["keep: [a]", "datasets.b.keep: does not apply to ranges"],
    ["measure: records", "records does not apply to ranges"],
    ["invalid: ignore", "repair, refuse"],
  ])("with %s are refused", (keys, message) => {
    const text = `${sound}  b: {path: b.gpkg, ${keys}}\n`;
    expect(() => parseConfig(text, { file: "config.yml" })).toThrow(message);
  });

  it("have keys that tables do not have", () => {
    const text = `${sound}  b: {path: b.csv, layer: a, threshold: 0.5, invalid: refuse}\n`;
    for (const key of ["layer", "threshold", "invalid"])
      expect(() => parseConfig(text, { file: "config.yml" })).toThrow(
        `${key}: does not apply to occurrences`,
      );
  });
});

describe("warnings", () => {
  it("tells of latitudes beyond a pole, in geographic systems only", () => {
    const warnings = (crs: string) =>
      configWarnings(
        parseConfig(sound, {
          file: "c.yml",
          overrides: [`grid.crs=${crs}`, "grid.bounds=[0, -90.25, 1, 90]"],
        }),
      );
    expect(warnings("EPSG:4326")).toEqual([
      "grid.bounds: latitude -90.25 is beyond the pole; cells there stay empty",
    ]);
    expect(warnings("+proj=longlat +datum=WGS84")).toHaveLength(1);
    expect(warnings("EPSG:3035")).toEqual([]);
    expect(configWarnings(parseConfig(sound, { file: "c.yml" }))).toEqual([]);
  });
});

describe("placeOf", () => {
  it("gives errors that turn up later the line that a value came from", () => {
    const config = parseConfig(sound, { file: "config.yml", overrides: ["export.name=result"] });
    expect(placeOf(config, ["datasets", "elevation", "path"])).toEqual({
      file: "config.yml",
      line: 3,
      key: "datasets.elevation.path",
    });
    expect(placeOf(config, ["export", "name"])).toEqual({
      file: "--set export.name=result",
      key: "export.name",
    });
    expect(placeOf({ ...config }, ["threads"])).toEqual({ file: config.file, key: "threads" });
  });
});

describe("locateInConfig", () => {
  const config = parseConfig(sound, { file: "config.yml", overrides: ["merge.join=inner"] });
  const located = (kind: QuadratErrorKind, place: ErrorPlace) => {
    const error = new QuadratError(kind, "no", { place });
    expect(locateInConfig(error, config)).toBe(error);
    return error.place;
  };

  it("gives an error of the configuration its line and the full name of its key", () => {
    expect(located("usage", { dataset: "elevation", key: "band", stage: "load" })).toEqual({
      file: "config.yml",
      line: 3,
      key: "datasets.elevation.band",
      dataset: "elevation",
      stage: "load",
    });
    expect(located("input", { dataset: "elevation" })).toEqual({
      file: "config.yml",
      line: 3,
      dataset: "elevation",
    });
    expect(located("usage", { key: "grid.bounds", dataset: "elevation" })).toMatchObject({
      line: 1,
      key: "grid.bounds",
    });
    expect(located("usage", { key: "merge.join" })).toEqual({
      file: "--set merge.join=inner",
      key: "merge.join",
    });
  });

  it("leaves the file that an input's error is about, but not that of a wrong key", () => {
    const place = { file: "a.csv", line: 70, dataset: "elevation", key: "value" };
    expect(located("input", place)).toEqual({ ...place, key: "datasets.elevation.value" });
    expect(located("usage", place)).toMatchObject({ file: "config.yml", line: 3 });
  });

  it("leaves alone what it knows nothing of", () => {
    expect(located("internal", { stage: "merge" })).toEqual({ stage: "merge" });
    expect(locateInConfig("no", config)).toBe("no");
  });
});

describe("files", () => {
  const refusalOf = (file: string) => loadConfig({ file }).catch((error: unknown) => error);

  it("are refused when they are missing, folders, too large or not UTF-8", async () => {
    const folder = await mkdtemp(join(tmpdir(), "quadrat-config-"));
    try {
      const utf16 = join(folder, "utf16.yml");
      const large = join(folder, "large.yml");
      await writeFile(utf16, Buffer.from(`\ufeff${sound}`, "utf16le"));
      await writeFile(large, "#".repeat(300 * 1024));
      const found = await Promise.all(
        [join(folder, "none.yml"), folder, utf16, large, "/dev/zero"].map(refusalOf),
      );
      for (const error of found) expect(isQuadratError(error) && error.exitCode).toBe(2);
      expect(found.map((error) => (error as Error).message)).toEqual([
        `${join(folder, "none.yml")} does not exist`,
        `${folder} is a folder, not a configuration`,
        `${utf16} is not UTF-8 text`,
        `${large} has 307200 bytes, more than any configuration (262144)`,
        "/dev/zero is a device, not a configuration",
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("a section with a wrong key", () => {
  it("is checked for everything else", () => {
    const grid = refusal(
      "grid: {crs: EPSG:4326, resolution: 0, bounds: [7, 49, 5, 51]}\ndatasets:\n  a: {path: a.tif}\n",
    );
    expect(grid).toEqual([
      "config.yml:1:36 grid.resolution: found 0; allowed: a number above 0, or [x, y]",
      "config.yml:1:39 grid.bounds: xmin 7 is not below xmax 5; allowed: [xmin, ymin, xmax, ymax]",
    ]);
    const output = refusal(`${sound}export: {name: a/b, chunk_size: 0}\n`).join("\n");
    expect(output).toContain("export.name: a file name can't contain");
    expect(output).toContain("export.chunk_size: found 0");
    const memory = refusal(
      `${sound}memory: {warning_threshold: 0.5, recovery_threshold: 0.6, interval_ms: 0}\n`,
    ).join("\n");
    expect(memory).toContain("memory.recovery_threshold: 0.6 is not below warning_threshold, 0.5");
    expect(memory).toContain("memory.interval_ms: found 0");
  });
});

describe("points", () => {
  const file = `grid: {crs: EPSG:4326, resolution: 0.5, bounds: [-10, 40, 10, 60]}
datasets:
  elevation: {path: data/elevation.tif}
  sloths: {path: data/sloths.csv, kind: occurrences}
  birds: {path: data/birds.csv, kind: occurrences}
`;
  it.each([
    ["{}", "points.records: missing; allowed: the name of a dataset of kind occurrences"],
    ["{records: sloth}", 'there is no dataset "sloth"; did you mean sloths?'],
    ["{records: elevation}", 'dataset "elevation" is not of kind occurrences, which alone has records'],
    [
      "{records: sloths, values: nearest}",
      'points.values: found the text "nearest"; allowed: cell, near, bilinear, or {buffer: METRES}',
    ],
    [
      "{records: sloths, values: {buffer: 0}}",
      "found 0; allowed: cell, near, bilinear, or {buffer: METRES}, metres above 0, at most 1000000",
    ],
    [
      "{records: sloths, background: {seed: 1}}",
      "points.background.count: missing; allowed: a whole number from 1",
    ],
    ["{records: sloths, background: {count: 0}}", "points.background.count: found 0"],
    ["{records: sloths, background: {count: 5, from: birds}}", "allowed: cells, or {target_group: NAME}"],
    [
      "{records: sloths, background: {count: 5, from: {target_group: elevation}}}",
      'points.background.from.target_group: dataset "elevation" is not of kind occurrences',
    ],
    [
      "{records: sloths, background: {count: 5, from: {target_group: sloths}}}",
      "is the dataset of the records themselves, whose cells can't be background",
    ],
    [
      "{records: sloths, folds: {count: 1, block: 1000}}",
      "points.folds.count: found 1; allowed: a whole number from 2 to 1000",
    ],
    ["{records: sloths, folds: {count: 5}}", "points.folds.block: missing; allowed: metres, above 0"],
    ["{records: sloths, thin: species}", 'points.thin: found the text "species"; allowed: cell'],
    ["{records: sloths, fold: {count: 5}}", "points.fold: unknown key; did you mean folds?"],
  ])("%s", (points, problem) => {
    expect(refusal(`${file}points: ${points}\n`).join("\n")).toContain(problem);
  });

  it("are accepted, and their experiments may name a single key", () => {
    const points =
      "{records: sloths, values: {buffer: 500}, background: {count: 5, from: {target_group: birds}}, folds: {count: 2, block: 1000}}";
    const text = `${file}points: ${points}\nexperiments:\n  other: {points: {background: {seed: 3}, values: near}}\n`;
    const config = parseConfig(text, { file: "config.yml", experiment: "other" });
    expect(config.points).toEqual({
      records: "sloths",
      values: "near",
      background: { count: 5, seed: 3, targetGroup: "birds", allowPresence: false, weight: "cell" },
      folds: { count: 2, block: 1000, seed: 0 },
    });
  });

  it("refuse a dataset that has the name of one of their columns", () => {
    const text = `${file}  presence: {path: data/presence.tif}\npoints: {records: sloths}\n`;
    expect(refusal(text).join("\n")).toContain("`points` adds a column named presence; rename the dataset");
  });
});
