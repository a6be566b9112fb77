import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../packages", import.meta.url));

/** Modules that a module imports or exports from, types too; not those that it names in texts, such as templates. */
function importsOf(file, text = readFileSync(file, "utf8")) {
  const paths = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName);
  const own = paths.filter((path) => path.startsWith("."));
  // In AssemblyScript paths have no ending.
  return own.map((path) => `${join(dirname(file), path.replace(/\.js$/, ""))}.ts`);
}

/** The modules of a package, with what each imports; those of the kernels in AssemblyScript too. */
function modulesOf(name) {
  const folders = ["src", "assembly"].map((folder) => join(root, name, folder)).filter(existsSync);
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((file) => join(folder, file)),
  );
  const modules = files.filter((file) => file.endsWith(".ts"));
  return new Map(modules.map((file) => [file, importsOf(file)]));
}

/** Groups of modules that reach one another (Tarjan 1972). */
function circles(modules) {
  const [index, low, stack, found] = [new Map(), new Map(), [], []];
  const visit = (module) => {
    index.set(module, index.size);
    low.set(module, index.get(module));
    stack.push(module);
    for (const next of modules.get(module) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(module, Math.min(low.get(module), low.get(next)));
    }
    if (low.get(module) !== index.get(module)) return;
    const group = stack.splice(stack.indexOf(module));
    if (group.length > 1) found.push(group.map((file) => relative(root, file)).sort());
  };
  for (const module of modules.keys()) if (!index.has(module)) visit(module);
  return found;
}

describe("imports within packages", () => {
  for (const name of readdirSync(root)) {
    const modules = modulesOf(name);
    it(`${name} has no circle of ${modules.size} modules, of types neither`, () => {
      const missing = [...modules.values()].flat().filter((file) => !existsSync(file));
      assert.deepEqual(missing, []);
      assert.deepEqual(circles(modules), []);
    });
  }

  it("sees every kind of import, and none in a text", () => {
    const text = `import a from "./a.js";
      import type { B } from "./b.js";
      import "./c.js";
      export * from "./d.js";
      export type { E } from "./e.js";
      const load = () => import("./f.js");
      type G = import("./g.js").G;
      const template = \`import text from "./text.js"; \${load.name}\`;`;
    const names = importsOf(join(root, "x.ts"), text).map((path) => relative(root, path));
    assert.deepEqual(names, ["a.ts", "b.ts", "c.ts", "d.ts", "e.ts", "f.ts", "g.ts"]);
  });

  it("sees the modules of the kernels", () => {
    const modules = modulesOf("kernels");
    const maths = join(root, "kernels/assembly/vector-maths.ts");
    assert.ok(modules.get(join(root, "kernels/assembly/lambert-azimuthal.ts")).includes(maths));
    assert.ok(modules.has(join(root, "kernels/src/arena.ts")));
  });

  it("finds a circle", () => {
    const modules = new Map(Object.entries({ a: ["b"], b: ["c", "d"], c: ["a"], d: [] }));
    assert.equal(circles(modules).flat().length, 3);
  });
});
