import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
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
    assert.match(stderr, /GeoJSON is in EPSG:4326, and the grid is in EPSG:4258/);
    assert.match(stderr, /hint: give the grid `crs: EPSG:4326`/);
    assert.equal(existsSync(join(installed.folder, "other")), false);
  });
});

describe("the exporter to JSON Lines in docs/plugins.md", () => {
  const text = readFileSync(join(repository, "docs/plugins.md"), "utf8");
  const [, source] = /<!-- json-lines -->\s*```js\n(.*?)```/s.exec(text);

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
