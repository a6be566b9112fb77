import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isQuadratError } from "../../src/index.js";
import { ConfigError, loadPlugins, parseConfig, Registry, usePlugins } from "../../src/host.js";
import { sound } from "./refusal.js";

let folder = "";
let study = "";

const plugin = (name: string) =>
  `export default { name: "${name}", version: "1.2.3", exporters: [{ name: "${name}", extension: ".x", create: () => ({}) }] };`;

const files: Readonly<Record<string, string>> = {
  "study/own.mjs": plugin("own"),
  "study/broken.mjs": "export default {",
  "study/throws.mjs": 'throw new Error("no network")',
  "study/empty.mjs": "export const name = 1;",
  "study/text.mjs": 'export default "plugin";',
  "study/nameless.mjs": "export default {};",
  "study/list.mjs": 'export default { name: "a", stages: {} };',
  "study/part.mjs": 'export default { name: "a", sources: [{ name: "zarr", create() {} }] };',
  "study/later.mjs": 'export default { name: "later", apiVersion: 2 };',
  "study/typo.mjs": 'export default { name: "a", exporter: [] };',
  "study/own-name.mjs": 'export default { name: "@quadrat/x" };',
  "study/dotless.mjs":
    'export default { name: "a", exporters: [{ name: "e", extension: "csv", needs: "all", options: {}, create() {} }] };',
  "study/stage.mjs": 'export default { name: "a", stages: [{ name: "s", create() {} }] };',
  "study/source.mjs":
    'export default { name: "a", sources: [{ name: "s", kind: "grid", extensions: [".ASC"], open() {} }] };',
  "study/typed.ts": "export default {};",
  "study/lonely.mjs": 'import "not-installed"; export default {};',
  "study/twin.mjs": plugin("own"),
  "study/clash.mjs":
    'export default { name: "clash", exporters: [{ name: "own", extension: ".y", create: () => ({}) }] };',
  "study/folder/package.json": '{"name": "folder", "version": "3.2.1", "type": "module", "main": "main.js"}',
  "study/folder/main.js": 'export default { name: "folder" };',
  "study/empty-folder/readme.txt": "nothing here",
  // Found by `import` and by `import` alone, from a folder further up.
  "node_modules/import-only/package.json":
    '{"name": "import-only", "exports": {".": {"types": "./x.d.ts", "import": "./a.mjs"}}}',
  "node_modules/import-only/a.mjs": plugin("import-only"),
  "node_modules/@team/scoped/package.json":
    '{"name": "@team/scoped", "exports": {"import": {"default": "./b.mjs"}, "require": "./no.cjs"}}',
  "node_modules/@team/scoped/b.mjs": plugin("scoped"),
  "node_modules/with-main/package.json": '{"name": "with-main", "type": "module", "main": "lib/index.js"}',
  "node_modules/with-main/lib/index.js": plugin("with-main"),
  "node_modules/with-paths/package.json":
    '{"name": "with-paths", "type": "module", "exports": {"./part": ["./part.js"]}}',
  "node_modules/with-paths/part.js": plugin("with-paths"),
  "node_modules/common/package.json": '{"name": "common", "version": "4.5.6"}',
  "node_modules/common/index.js": 'module.exports = { name: "common" };',
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-plugins-"));
  study = join(folder, "study");
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const load = (...names: string[]) =>
  loadPlugins(parseConfig(`${sound}plugins: ${JSON.stringify(names)}`, { file: join(study, "config.yml") }));

describe("plugins", () => {
  it("are packages found from the configuration upwards, or files beside it, in the order given", async () => {
    const plugins = await load(
      "with-main",
      "./own.mjs",
      "import-only",
      "@team/scoped",
      "with-paths/part",
      "common",
      join(study, "..", "study", "own.mjs"),
    );
    expect(plugins.map(({ name }) => name)).toEqual([
      "with-main",
      "own",
      "import-only",
      "scoped",
      "with-paths",
      "common",
      "own",
    ]);
    const registry = new Registry().use(plugins[1]!);
    expect(registry.exporters.get("own")).toMatchObject({ plugin: "own", version: "1.2.3" });
  });

  it("may be folders with a package, whose version is the plugin's", async () => {
    const [plugin] = await load("./folder");
    expect(plugin).toMatchObject({ name: "folder", version: "3.2.1" });
    expect(plugin!.module).toBe(pathToFileURL(join(study, "folder/main.js")).href);
  });

  it("take the version of their package where they state none", async () => {
    const plugins = await load("common", "with-main");
    expect(plugins.map(({ version }) => version)).toEqual(["4.5.6", "1.2.3"]);
  });

  it("have names and parts of their own: clashes are told with both packages, all at once", async () => {
    const registry = new Registry();
    const text = `${sound}plugins: [./own.mjs, ./twin.mjs, ./clash.mjs]`;
    const config = parseConfig(text, { file: join(study, "config.yml") });
    const error: unknown = await usePlugins(registry, config).catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.map(({ at, key, message }) => `${at.line} ${key}: ${message}`)).toEqual([
      "4 plugins[1]: two plugins are called own; leave one of them out of `plugins:`",
      '4 plugins[2]: plugin clash provides exporter "own", but own already provides one of that name; leave one of them out of `plugins:`',
    ]);
  });

  it("are none where none is named: nothing is looked for", async () => {
    expect(await load()).toEqual([]);
  });

  it.each([
    ["nowhere", "usage", /^package nowhere can't be found from .*study$/],
    ["with-paths", "usage", /^package with-paths can't be found/],
    ["@team", "usage", /^package @team can't be found/],
    ["./nowhere.mjs", "usage", /^file .*nowhere.mjs does not exist$/],
    ["./", "usage", /^folder .* contains neither a package nor an index.js/],
    ["./broken.mjs", "plugin", /^plugin .\/broken.mjs can't be loaded: /],
    ["./throws.mjs", "plugin", /^plugin .\/throws.mjs can't be loaded: no network$/],
    ["./empty.mjs", "plugin", /empty.mjs is not a plugin: it has no default export$/],
    ["./text.mjs", "plugin", /text.mjs is not a plugin: its default export is a string$/],
    ["./nameless.mjs", "plugin", /nameless.mjs is not a plugin: its default export has no name$/],
    ["./list.mjs", "plugin", /list.mjs is not a plugin: its stages are not a list$/],
    [
      "./later.mjs",
      "plugin",
      /later.mjs is not a plugin: it was written for plugin API 2, but this version of Quadrat has plugin API 1$/,
    ],
    [
      "./typo.mjs",
      "plugin",
      /typo.mjs is not a plugin: exporter is not a key of a plugin; did you mean exporters\?/,
    ],
    ["./own-name.mjs", "plugin", /its name begins with @quadrat/],
    [
      "./dotless.mjs",
      "plugin",
      /exporters\[0\], e, has options without a function parse; .* has the extension "csv"; .* needs "all"; allowed: stream, table, either, sql$/,
    ],
    ["./stage.mjs", "plugin", /stages\[0\], s, does not say where it goes/],
    [
      "./source.mjs",
      "plugin",
      /sources\[0\], s, is of kind "grid"; allowed: raster, cells; .*"\.ASC"; it must be in lower case$/,
    ],
    ["./typed.ts", "usage", /typed.ts is TypeScript, which Node does not run$/],
    ["./lonely.mjs", "plugin", /can't be loaded: Cannot find package 'not-installed'/],
    ["./empty-folder", "usage", /^folder .*empty-folder contains neither a package nor an index.js$/],
    ["./part.mjs", "plugin", /part.mjs is not a plugin: sources\[0\], zarr, has no function open$/],
  ])("refuses %s, with its line", async (name, kind, message) => {
    const error: unknown = await load("./own.mjs", name).catch((thrown: unknown) => thrown);
    if (!isQuadratError(error)) throw error;
    expect(error.message).toMatch(message);
    expect(error.kind).toBe(kind);
    expect(error.place).toMatchObject({ file: join(study, "config.yml"), line: 4, key: "plugins[1]" });
  });
});
