import type { ConfigProblem } from "./problems.js";
import { mapTree, pathText, scalarTree } from "./tree.js";
import type { Tree } from "./tree.js";
import { readYaml } from "./yaml.js";

/**
 * Reads `a.b=value` from the command line into a tree with that one key. The value is YAML, an empty one resets
 * the key to its default; a name that contains a dot is quoted: `datasets."a.b".path=c.tif`.
 */
export function readOverride(override: string, problems: ConfigProblem[]): Tree | undefined {
  const at = { source: `--set ${override}` };
  const path = readKey(override);
  if (!path) {
    const message = "a setting is key=value, such as merge.join=inner or datasets.elevation.band=2";
    problems.push({ at, key: "", message });
    return undefined;
  }
  const found: ConfigProblem[] = [];
  const value = readYaml(path.value, at.source, found, { lines: false });
  const key = pathText(path.names);
  for (const problem of found)
    problems.push({ ...problem, key, message: `${problem.message}; the value is read as YAML` });
  if (found.length > 0) return undefined;
  return path.names.reduceRight<Tree>(
    (tree, name) => mapTree(new Map([[name, { keyAt: at, value: tree }]]), at),
    value ?? scalarTree(null, at),
  );
}

function readKey(override: string): { names: string[]; value: string } | undefined {
  const names: string[] = [];
  let rest = override;
  for (;;) {
    const [whole, quoted, bare, end] = /^\s*(?:("(?:[^"\\]|\\.)*")|([^".=]+))\s*([.=])/u.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    const name = quoted === undefined ? bare!.trim() : unquote(quoted);
    if (!name || name === "__proto__") return undefined;
    names.push(name);
    rest = rest.slice(whole.length);
    if (end === "=") return { names, value: rest };
  }
}

function unquote(quoted: string): string | undefined {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return undefined;
  }
}
