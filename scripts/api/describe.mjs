import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const repository = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Every module that a package lets others import.
 * @returns {{ module: string, types: string, snapshot: string }[]} its name, its built declarations, and its snapshot
 */
export function publicModules() {
  return readdirSync(join(repository, "packages")).flatMap((folder) => {
    const root = join(repository, "packages", folder);
    const { name, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    return Object.entries(exports)
      .filter(([, entry]) => typeof entry.types === "string")
      .map(([subpath, { types }]) => {
        const short = subpath === "." ? "index" : subpath.slice(2).replaceAll("/", "-");
        return {
          module: join(name, subpath),
          types: join(root, types),
          snapshot: join(root, "api", `${short}.api.txt`),
        };
      });
  });
}

/**
 * What modules export, by the declarations that were built: a line or more for each name, in alphabetical order, then
 * the types that these refer to and that have no public name in any of the modules.
 * @param {{ module: string, types: string }[]} modules
 * @returns {string[]} a text for each
 */
export function describeModules(modules) {
  const options = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    skipLibCheck: true,
    types: ["node"],
  };
  const program = ts.createProgram(
    modules.map(({ types }) => types),
    options,
  );
  const exported = modules.map(({ types }) => exportsOf(types, program));
  const named = exported.flat().map(([, symbol]) => symbol);
  return modules.map((one, index) => describe(one, exported[index], named, program.getTypeChecker()));
}

/** Names and what they stand for. */
function exportsOf(types, program) {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(types);
  if (!file) throw new Error(`${types} is missing: build first`);
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(file));
  return exported.map((symbol) => [symbol.name, target(symbol, checker)]);
}

function target(symbol, checker) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

const printer = ts.createPrinter({ removeComments: true });

function describe({ module, types }, exported, named, checker) {
  const own = dirname(dirname(types));
  const seen = new Set(named);
  const hidden = [];
  const texts = exported.map(([name, symbol]) => [name, declarationsOf(symbol)]);
  for (const symbol of hidden) texts.push([`(${symbol.name})`, declarationsOf(symbol)]);
  const order = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);
  const publicTexts = texts.filter(([name]) => !name.startsWith("(")).sort(order);
  const hiddenTexts = texts.filter(([name]) => name.startsWith("(")).sort(order);
  const lines = (list) => list.map(([name, text]) => `${name}\n${text.replaceAll(/^/gm, "    ")}\n`);
  return [
    `${module}\n`,
    ...lines(publicTexts),
    ...(hiddenTexts.length > 0 ? ["without a public name\n", ...lines(hiddenTexts)] : []),
  ].join("\n");

  function declarationsOf(symbol) {
    const statements = new Set((symbol.declarations ?? []).map(statementOf));
    for (const statement of statements) collect(statement);
    return [...statements]
      .map((node) => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()))
      .join("\n");
  }

  /** Remembers the package's own types that a declaration refers to. */
  function collect(node) {
    if (ts.isIdentifier(node)) {
      const found = checker.getSymbolAtLocation(node);
      const symbol = found && target(found, checker);
      const [declaration] = symbol?.declarations ?? [];
      const isType =
        declaration &&
        (ts.isInterfaceDeclaration(declaration) ||
          ts.isTypeAliasDeclaration(declaration) ||
          ts.isClassDeclaration(declaration));
      if (isType && !seen.has(symbol) && declaration.getSourceFile().fileName.startsWith(join(own, "dist"))) {
        seen.add(symbol);
        hidden.push(symbol);
      }
    }
    ts.forEachChild(node, collect);
  }
}

function statementOf(node) {
  return ts.isVariableDeclaration(node) ? node.parent.parent : node;
}
