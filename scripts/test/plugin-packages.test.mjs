import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { installPacked, repository, run } from "./support/installed.mjs";

const examples = ["examples/plugin-geojson-exporter", "examples/plugin-ascii-grid-source"];
let installed;
before(() => {
  installed = installPacked(examples);
  const grid = join(repository, examples[1], "test/fixtures/corner.asc");
  copyFileSync(grid, join(installed.folder, "grid.asc"));
});
after(() => installed.remove());

const study = {
  grid: { crs: "EPSG:4326", resolution: 0.5, bounds: [-10, 40.5, -7.5, 42.5] },
  datasets: { grid: { path: "grid.asc", crs: "EPSG:4326", resample: "near" } },
  merge: { join: "all" },
  prediction: { learn: false },
};

/** Runs a study whose outputs go to a folder of its own; returns the report. */
function runStudy(name, changes) {
  const config = { ...study, export: { directory: name, ...changes.export }, plugins: changes.plugins };
  writeFileSync(join(installed.folder, `${name}.yml`), JSON.stringify(config));
  const { status, stdout, stderr } = installed.quadrat("run", "--json", "--config", `${name}.yml`);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const output = (...path) => readFileSync(join(installed.folder, ...path), "utf8");

describe("the packed command", () => {
  it("runs from its bundle", async () => {
    const command = join(installed.folder, "node_modules/@quadrat/cli/dist/bundle.js");
    const { entryModule } = await import(pathToFileURL(command).href);
    assert.match(entryModule().href, /\/dist\/bundle\/main\.js$/);
    assert.match(installed.quadrat("plugins").stdout, /parquet/);
  });
});

describe("the example plugins, packed and installed in an empty folder", () => {
  it("read an ASCII grid and write GeoJSON", () => {
    const plugins = ["quadrat-plugin-ascii-grid", "quadrat-plugin-geojson"];
    const report = runStudy("both", { plugins, export: { formats: ["csv", "geojson"] } });
    assert.deepEqual(
      report.files.map(({ format, rows }) => [format, rows]),
      [
        ["csv", 20],
        ["geojson", 20],
      ],
    );
    const lines = output("both", "merged.csv").trim().split("\n").slice(1);
    const { features } = JSON.parse(output("both", "merged.geojson"));
    assert.deepEqual(
      features.map(({ geometry: { coordinates }, properties: { grid } }) =>
        [...coordinates, grid ?? ""].join(","),
      ),
      lines,
    );
    // As GDAL reads the grid.
    const gdal = readFileSync(join(repository, examples[1], "test/fixtures/corner.xyz"), "utf8")
      .trim()
      .split("\n");
    assert.deepEqual(
      lines.map((line) => line.split(",").map((text) => (text === "" ? -9999 : Math.fround(Number(text))))),
      gdal.map((line) => line.split(" ").map((text) => Math.fround(Number(text)))),
    );
  });

  it("are listed with package and version", () => {
    const { stdout } = installed.quadrat("plugins", "--json", "--config", "both.yml");
    const parts = JSON.parse(stdout);
    const find = (wanted) => parts.find(({ name }) => name === wanted);
    assert.deepEqual(
      ["ascii-grid", "geojson", "csv"].map((name) => [
        find(name).kind,
        find(name).package,
        find(name).version,
      ]),
      [
        ["source", "quadrat-plugin-ascii-grid", "0.1.0"],
        ["exporter", "quadrat-plugin-geojson", "0.1.0"],
        ["exporter", "@quadrat/exporters", "0.1.0"],
      ],
    );
  });

  it("refuse a grid that GeoJSON can't be in, before any work", () => {
    const config = {
      ...study,
      grid: { ...study.grid, crs: "EPSG:4258" },
      plugins: ["quadrat-plugin-ascii-grid", "quadrat-plugin-geojson"],
    };
    writeFileSync(
      join(installed.folder, "other.yml"),
      JSON.stringify({ ...config, export: { directory: "other", formats: ["geojson"] } }),
    );
    const { status, stderr } = installed.quadrat("run", "--config", "other.yml");
    assert.equal(status, 2);
    assert.match(stderr, /GeoJSON is in EPSG:4326, but the grid is in EPSG:4258/);
    assert.match(stderr, /hint: give the grid `crs: EPSG:4326`/);
    assert.equal(existsSync(join(installed.folder, "other")), false);
  });
});

const guide = readFileSync(join(repository, "docs/plugins.md"), "utf8");

describe("the exporter to JSON Lines in docs/plugins.md", () => {
  const [, source] = /<!-- json-lines -->\s*```js\n(.*?)```/s.exec(guide);

  it("has fewer than 40 lines", () => {
    assert.ok(source.trimEnd().split("\n").length < 40);
  });

  it("writes an object for every row", () => {
    mkdirSync(join(installed.folder, "plugins"), { recursive: true });
    writeFileSync(join(installed.folder, "plugins/json-lines.mjs"), source);
    const plugins = ["quadrat-plugin-ascii-grid", "./plugins/json-lines.mjs"];
    const report = runStudy("lines", { plugins, export: { formats: ["csv", "jsonl"] } });
    assert.equal(report.files[1].rows, 20);
    const rows = output("lines", "merged.jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const lines = output("lines", "merged.csv").trim().split("\n").slice(1);
    assert.deepEqual(
      rows.map(({ x, y, grid }) => [x, y, grid ?? ""].join(",")),
      lines,
    );
  });

  it("passes the suite for exporters", async () => {
    const test = `import { exporterSuite } from "@quadrat/core/testing";
import plugin from "./json-lines.mjs";
for (const { run } of exporterSuite(plugin.exporters[0])) await run();
`;
    writeFileSync(join(installed.folder, "plugins/suite.mjs"), test);
    const { status, stderr } = run(process.execPath, ["plugins/suite.mjs"], installed.folder);
    assert.equal(status, 0, stderr);
  });
});

describe("the program in docs/plugins.md", () => {
  it("writes what quadrat run writes", () => {
    const [, source] = /<!-- host -->\s*```js\n(.*?)```/s.exec(guide);
    const plugins = ["quadrat-plugin-ascii-grid"];
    const report = runStudy("by-command", { plugins });
    const config = { ...study, plugins, export: { directory: "by-program" } };
    writeFileSync(join(installed.folder, "config.yml"), JSON.stringify(config));
    writeFileSync(join(installed.folder, "program.mjs"), `${source}console.log(JSON.stringify(files));\n`);
    const { status, stdout, stderr } = run(process.execPath, ["program.mjs"], installed.folder);
    assert.equal(status, 0, stderr);
    assert.deepEqual(
      JSON.parse(stdout).map(({ sha256 }) => sha256),
      report.files.map(({ sha256 }) => sha256),
    );
  });
});

describe("quadrat create plugin", () => {
  const made = {
    exporter: "quadrat-plugin-tsv",
    source: "@team/gridded",
    stage: "quadrat-plugin-complete",
    backend: "quadrat-plugin-resident",
    resampling: "quadrat-plugin-over",
  };
  const folderOf = (name) => name.replace(/^@.*\//, "");

  for (const [kind, name] of Object.entries(made)) {
    it(`writes a package (${kind}) whose own test passes`, () => {
      const { status, stdout, stderr } = installed.quadrat("create", "plugin", name, "--kind", kind);
      assert.equal(status, 0, stderr);
      assert.match(
        stdout,
        new RegExp(`^wrote ${folderOf(name)}/package.json, .*next: cd ${folderOf(name)} && npm install`, "s"),
      );
      const tested = run(
        process.execPath,
        ["--test", "--test-reporter=tap"],
        join(installed.folder, folderOf(name)),
      );
      assert.equal(tested.status, 0, tested.stdout);
      assert.match(tested.stdout, /^# pass ([4-9]|\d\d)$/m);
    });
  }

  it("writes packages that work together", () => {
    const numbers = [Float64Array.of(5, 4, -10, 42.5, 0.5), Float32Array.from({ length: 20 }, (_, i) => i)];
    const bytes = Buffer.concat(numbers.map(({ buffer }) => Buffer.from(buffer)));
    writeFileSync(join(installed.folder, "made.gridded"), bytes);
    const config = {
      ...study,
      datasets: {
        near: { path: "made.gridded", crs: "EPSG:4326", resample: "near" },
        over: { path: "made.gridded", crs: "EPSG:4326", resample: { use: "over", above: 9.5 } },
      },
      memory: { backend: "resident" },
      export: { directory: "made", formats: ["tsv"] },
      plugins: Object.values(made).map((name) => `./${folderOf(name)}`),
    };
    writeFileSync(join(installed.folder, "made.yml"), JSON.stringify(config));
    const { status, stderr } = installed.quadrat("run", "--config", "made.yml");
    assert.equal(status, 0, stderr);
    assert.match(stderr, /0 of 20 rows lack a value/);
    const rows = output("made", "merged.tsv")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split("\t").map(Number));
    assert.deepEqual(
      rows.map(([, , near, over]) => [near, over]),
      Array.from({ length: 20 }, (_, i) => [i, i > 9.5 ? 1 : 0]),
    );
    const listed = JSON.parse(installed.quadrat("plugins", "--json", "--config", "made.yml").stdout);
    const own = listed.filter(({ package: name }) => Object.values(made).includes(name));
    assert.deepEqual(
      own.map(({ kind, name, version }) => [kind, name, version]),
      [
        ["stage", "complete", "0.1.0"],
        ["source", "gridded", "0.1.0"],
        ["resampling method", "over", "0.1.0"],
        ["exporter", "tsv", "0.1.0"],
        ["memory backend", "resident", "0.1.0"],
      ],
    );
    const methods = listed.filter(({ kind }) => kind === "resampling method");
    assert.deepEqual(methods[0], {
      kind: "resampling method",
      name: "near",
      package: "@quadrat/processors",
      version: "0.1.0",
      description: "the pixel at the cell's centre",
    });
  });

  it("never overwrites, and refuses an invalid name or kind", () => {
    for (const [args, message] of [
      [
        ["plugin", "quadrat-plugin-tsv"],
        /quadrat-plugin-tsv exists already\n {2}hint: it is never overwritten/,
      ],
      [["plugin", "Geo JSON"], /Geo JSON is not a valid package name\n {2}hint: allowed: lower-case letters/],
      [["plugin", "../escape"], /is not a valid package name/],
      [["plugin", "@quadrat/more"], /begins with @quadrat\//],
      [
        ["plugin", "fine", "--kind", "exporters"],
        /--kind is exporters; allowed: exporter, .*\n {2}hint: did you mean exporter\?/,
      ],
      [["stage", "fine"], /stage can't be created/],
      [["plugin"], /missing required argument 'name'/],
    ]) {
      const { status, stderr } = installed.quadrat("create", ...args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
    }
    assert.equal(existsSync(join(installed.folder, "fine")), false);
  });
});
