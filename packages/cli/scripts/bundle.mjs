/*
 * Joins the modules of the command, and those of other packages that it loads, into the few files of dist/bundle: loading a
 * thousand modules took most of the time of a short run. What is read as data (versions, tables of coordinate systems, the kernels'
 * WebAssembly, DuckDB's library) stays where it is. `src/bundle.ts` decides when the bundle is used.
 */
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { fingerprints } from "../dist/bundle.js";
import { licences } from "./licences.mjs";

const own = fileURLToPath(new URL("..", import.meta.url));
const packages = dirname(resolve(own));
const target = join(own, "dist/bundle");
const names = ["core", "crs", "geotiff", "kernels", "multidim", "monitor", "processors", "exporters", "cli"];

/** `threadModule(import.meta.url, "./job.js")`: the modules that threads run. */
const threadModules = /\bthreadModule\(import\.meta\.url, "(\.[^"]+)"\)/g;

/** The address of a module as it was, seen from a file of the bundle, whose files all lie in one folder. */
function originalUrl(file) {
  const path = relative(target, file).split(sep).join("/");
  return `new URL(${JSON.stringify(path)}, import.meta.url).href`;
}

/** The name in the bundle of a module that threads run, such as `exporters-csv-job`. */
function threadName(file) {
  const [name, , ...path] = relative(packages, file).split(sep);
  return [name, ...path].join("-").replace(/\.js$/, "");
}

/** Our modules know where they are: as threads they name files of the bundle, otherwise the files that they were. */
const ownModules = {
  name: "own-modules",
  transform: {
    filter: { id: new RegExp(`^${packages.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}.*[\\\\/]dist[\\\\/]`) },
    handler(code, id) {
      if (!code.includes("import.meta")) return null;
      return code
        .replaceAll(threadModules, (_, path) => {
          const module = resolve(dirname(id), path);
          const name = threadName(module);
          this.emitFile({ type: "chunk", id: module, fileName: `${name}.js` });
          return `new URL("./${name}.js", import.meta.__url__).href`;
        })
        .replaceAll("import.meta.modules", `new URL("../", import.meta.__url__).href`)
        .replaceAll("import.meta.url", originalUrl(id))
        .replaceAll("import.meta.__url__", "import.meta.url");
    },
  },
};

/** Libraries that read files beside themselves, and the packages that depend on them, which find them. */
const libraries = { "@duckdb/node-bindings": "core", "node-sqlite3-wasm": "processors" };
const library = `(${Object.keys(libraries).join("|")})`;
const asTheyAre = {
  name: "libraries",
  resolveId: {
    filter: { id: new RegExp(`^${library}$`) },
    handler: (id) => `\0${id}`,
  },
  load: {
    filter: { id: new RegExp(`^\0${library}$`) },
    handler: (id) => `import { createRequire } from "node:module";
export default createRequire(${originalUrl(join(packages, libraries[id.slice(1)], "dist/index.js"))})("${id.slice(1)}");`,
  },
};

rmSync(target, { recursive: true, force: true });
const bundle = await rolldown({
  input: { main: join(own, "dist/main.js") },
  platform: "node",
  plugins: [ownModules, asTheyAre],
});
const { output } = await bundle.write({
  dir: target,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
  comments: false,
});
await bundle.close();
writeFileSync(
  join(target, "THIRD-PARTY-LICENSES.txt"),
  licences(output.flatMap((file) => file.moduleIds ?? [])),
);
// The last one: without it the bundle is not used.
writeFileSync(join(target, "made-of.json"), `${JSON.stringify(fingerprints(names), null, 2)}\n`);
