import { Composer, isAlias, isMap, isScalar, isSeq, LineCounter, Parser } from "yaml";
import type { CST, Document, ParsedNode, Scalar } from "yaml";
import type { ConfigProblem } from "./problems.js";
import { listTree, mapTree, scalarTree } from "./tree.js";
import type { MapEntry, MapTree, Position, Tree } from "./tree.js";

/** A configuration nests six levels deep; beyond this limit the reader's own recursion would be at risk. */
const deepest = 50;
/**
 * The maximum number of values in one document with every alias expanded: a few lines of aliases can stand for
 * billions.
 */
const mostValues = 100_000;

const coreTags = new Set(
  ["str", "int", "float", "bool", "null", "map", "seq"].map((name) => `tag:yaml.org,2002:${name}`),
);

/**
 * Reads one YAML 1.2 document (core schema) into a tree with positions.
 *
 * Refused: syntax errors, several documents, duplicate keys, keys that aren't text, tags other than YAML's own, aliases
 * that contain themselves or multiply without bound, nesting deeper than 50.
 *
 * @param source how problems name the text; `lines: false` omits line and column, for a value from the command line
 * @returns undefined if the text can't be read at all; `problems` then says why
 */
export function readYaml(
  text: string,
  source: string,
  problems: ConfigProblem[],
  { lines = true }: { readonly lines?: boolean } = {},
): Tree | undefined {
  const counter = new LineCounter();
  const place = (offset: number): Position => {
    if (!lines) return { source };
    const { line, col } = counter.linePos(offset);
    return { source, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const report = (offset: number, message: string): void => {
    problems.push({ at: place(offset), key: "", message });
  };
  const tokens = [...new Parser(counter.addNewLine).parse(text)];
  const tooDeep = offsetDeeperThan(tokens, deepest);
  if (tooDeep !== undefined) {
    report(tooDeep, `nested more than ${deepest} deep`);
    return undefined;
  }
  const composer = new Composer({ version: "1.2", schema: "core", uniqueKeys: false, logLevel: "silent" });
  const documents = [...composer.compose(tokens, true, text.length)];
  const faults = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  for (const fault of faults) report(fault.pos[0], plainFault(fault.code, fault.message));
  if (faults.length > 0) return undefined;
  const [document, second] = documents;
  if (second) {
    report(second.range[0], "a second document begins here; a configuration is one document");
    return undefined;
  }
  if (document?.directives?.yaml.explicit && document.directives.yaml.version !== "1.2") {
    report(0, `%YAML ${document.directives.yaml.version}: configurations are YAML 1.2; remove the line`);
    return undefined;
  }
  return document && treeOf(document, place, report);
}

function plainFault(code: string, message: string): string {
  if (code === "TAB_AS_INDENT") return "a tab is used for indentation; use spaces";
  if (code === "BAD_INDENT") return `${message}; check the spaces before this line and those above it`;
  if (code === "BLOCK_AS_IMPLICIT_KEY") return `${message}; put a value that holds ": " in quotes`;
  if (code === "TAG_RESOLVE_FAILED") return `${message}; tags are not used in a configuration`;
  return message;
}

/** The parser's tokens nest without recursion, but what follows it does not. */
function offsetDeeperThan(tokens: readonly CST.Token[], limit: number): number | undefined {
  const open: [CST.Token, number][] = tokens.map((token) => [token, 0]);
  for (let next = open.pop(); next; next = open.pop()) {
    const [token, depth] = next;
    if (depth > limit) return token.offset;
    if (token.type === "document" && token.value) open.push([token.value, depth]);
    if (!("items" in token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push([key, depth + 1]);
      if (value) open.push([value, depth + 1]);
    }
  }
  return undefined;
}

function treeOf(
  document: Document.Parsed,
  place: (offset: number) => Position,
  report: (offset: number, message: string) => void,
): Tree {
  const anchors = new Map<string, Tree>();

  const convert = (node: ParsedNode | null, offset: number): Tree => {
    if (!node) return scalarTree(null, place(offset));
    const start = node.range[0];
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (!target) report(start, `*${node.source} is not defined: no &${node.source} ends before it`);
      return target ?? scalarTree(null, place(start));
    }
    if (node.tag !== undefined && !coreTags.has(node.tag)) {
      report(start, `the tag ${node.tag}; tags are not used in a configuration`);
    }
    const tree = isMap(node)
      ? convertMap(node.items, start)
      : isSeq(node)
        ? convertList(node.items, start)
        : scalar(node);
    if (node.anchor !== undefined) anchors.set(node.anchor, tree);
    return tree;
  };

  const scalar = (node: Scalar.Parsed): Tree => {
    const { value } = node;
    const known = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return scalarTree(known ? value : null, place(node.range[0]));
  };

  const convertList = (items: readonly unknown[], start: number): Tree => {
    const parts: Tree[] = [];
    let size = 0;
    for (const item of items) {
      const part = convert(item as ParsedNode | null, start);
      size += part.size;
      if (size > mostValues) return tooMany(start);
      parts.push(part);
    }
    return listTree(parts, place(start));
  };

  const convertMap = (
    items: readonly { key: ParsedNode; value: ParsedNode | null }[],
    start: number,
  ): Tree => {
    const entries = new Map<string, MapEntry>();
    const merged: MapTree[] = [];
    let size = 0;
    for (const { key, value } of items) {
      const keyStart = key.range[0];
      const name = keyText(key);
      if (name === undefined) {
        report(keyStart, "a key must be plain text");
        continue;
      }
      const part = convert(value, keyStart);
      size += part.size;
      if (size > mostValues) return tooMany(start);
      const earlier = entries.get(name);
      if (name === "__proto__") report(keyStart, `"__proto__" can't be a name`);
      else if (name === "<<" && isScalar(key) && key.type === "PLAIN")
        merged.push(...mergeSources(part, keyStart));
      else if (earlier) {
        const where =
          earlier.keyAt.line === undefined ? "" : `; it was already given in line ${earlier.keyAt.line}`;
        report(keyStart, `the key "${name}" was given twice${where}`);
      } else entries.set(name, { keyAt: place(keyStart), value: part });
    }
    for (const { entries: more } of merged) {
      for (const [name, entry] of more) if (!entries.has(name)) entries.set(name, entry);
    }
    return mapTree(entries, place(start));
  };

  const mergeSources = (tree: Tree, offset: number): MapTree[] => {
    const sources = tree.kind === "list" ? tree.items : [tree];
    const maps = sources.filter((part) => part.kind === "map");
    if (maps.length < sources.length)
      report(offset, "<< takes a mapping, such as *name, or a list of mappings");
    return maps;
  };

  const tooMany = (start: number): Tree => {
    report(start, `aliases and lists expand to more than ${mostValues} values`);
    return scalarTree(null, place(start));
  };

  return convert(document.contents, 0);
}

/** A key as written: `1`, `true` and `null` are names like any other. */
function keyText(key: ParsedNode): string | undefined {
  if (!isScalar(key) || (key.tag !== undefined && !coreTags.has(key.tag))) return undefined;
  return typeof key.value === "string" ? key.value : key.source;
}
