import { QuadratError } from "@quadrat/core/base";

/** An element of well-known text: `KEYWORD["value", 1, name, CHILD[...]]`. */
export interface WktNode {
  /** In upper case. */
  readonly keyword: string;
  /** Quoted text, bare words and numbers, in order. */
  readonly values: readonly (string | number)[];
  readonly children: readonly WktNode[];
}

const longest = 100_000;
const deepest = 32;

/**
 * Reads well-known text of either version, with square or round brackets.
 * @throws QuadratError of kind "usage" that says where the text stops making sense
 */
export function parseWkt(text: string): WktNode {
  if (text.length > longest) throw new QuadratError("usage", `the WKT is longer than ${longest} characters`);
  // A token is a quoted text with doubled quotes inside, a bracket or comma, or a bare word or number.
  const tokens = Array.from(text.matchAll(/"((?:[^"]|"")*)"|([[\](),])|([^\s[\](),"]+)|"/g));
  let next = 0;

  const fail = (expected: string): never => {
    const at = tokens[next];
    const where = at ? `at character ${at.index + 1} ("${at[0].slice(0, 20)}")` : "where it ends";
    throw new QuadratError("usage", `the WKT can't be read ${where}: ${expected} expected`, {
      hint: "copy the whole text, for instance from `gdalsrsinfo -o wkt1 FILE`",
    });
  };

  const element = (depth: number): WktNode => {
    const keyword = tokens[next]?.[3];
    if (keyword === undefined || depth > deepest) return fail("a keyword");
    next++;
    const open = tokens[next]?.[2];
    if (open !== "[" && open !== "(") return fail("a bracket");
    next++;
    const close = open === "[" ? "]" : ")";
    const values: (string | number)[] = [];
    const children: WktNode[] = [];
    for (;;) {
      const token = tokens[next];
      const following = tokens[next + 1]?.[2];
      if (token?.[1] !== undefined) {
        values.push(token[1].replaceAll('""', '"'));
        next++;
      } else if (token?.[3] === undefined) {
        return fail("a value");
      } else if (following === "[" || following === "(") {
        children.push(element(depth + 1));
      } else {
        const number = Number(token[3]);
        values.push(Number.isNaN(number) ? token[3] : number);
        next++;
      }
      const separator = tokens[next]?.[2];
      if (separator !== "," && separator !== close) return fail(`a comma or "${close}"`);
      next++;
      if (separator === close) return { keyword: keyword.toUpperCase(), values, children };
    }
  };

  const root = element(0);
  return next === tokens.length ? root : fail("the end");
}

/** The first child with one of these keywords. */
export function child(node: WktNode | undefined, ...keywords: string[]): WktNode | undefined {
  return node?.children.find(({ keyword }) => keywords.includes(keyword));
}

export function children(node: WktNode | undefined, ...keywords: string[]): readonly WktNode[] {
  return node?.children.filter(({ keyword }) => keywords.includes(keyword)) ?? [];
}

/** The name of an element: its first value. */
export function nameOf(node: WktNode | undefined): string {
  return String(node?.values[0] ?? "");
}

/** The n-th value of an element as a number, NaN where it is none. */
export function numberOf(node: WktNode | undefined, index: number): number {
  const value = node?.values[index];
  return typeof value === "number" ? value : NaN;
}
