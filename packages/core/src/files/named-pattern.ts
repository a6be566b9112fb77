import { filesOfPattern, isPattern, segmentsOf, sourceOf } from "./pattern.js";

/** A file that a pattern matches, and what its wildcards and placeholders stand for there. */
export interface NamedFile {
  /** Absolute. */
  readonly path: string;
  /** What each wildcard and each `{part}` that is not of a date stands for, from left to right. */
  readonly parts: readonly string[];
  /** The digits that the placeholders of a date stand for, such as `YYYY`. */
  readonly digits: Readonly<Partial<Record<DatePart, string>>>;
}

/** Placeholders of a date, and how many digits each has. */
const dateDigits = { YYYY: 4, MM: 2, DD: 2, DDD: 3, hh: 2, mm: 2 } as const;

export type DatePart = keyof typeof dateDigits;

const placeholder = /\{([A-Za-z][A-Za-z0-9]*)\}/g;

/** Whether a path has wildcards, or placeholders such as `{part}` and `{YYYY}`. */
export function isNamedPattern(path: string): boolean {
  return isPattern(path) || path.search(placeholder) >= 0;
}

/** The placeholders of a date that a path has, and the others. */
export function placeholdersOf(path: string): { readonly dates: DatePart[]; readonly others: string[] } {
  const names = [...path.matchAll(placeholder)].map(([, name]) => name!);
  return { dates: names.filter(isDatePart), others: names.filter((name) => !isDatePart(name)) };
}

/** The pattern with a wildcard in place of each placeholder. */
export function withoutPlaceholders(pattern: string): string {
  return pattern.replaceAll(placeholder, "*");
}

/**
 * The files that an absolute path with wildcards and placeholders matches, in natural order. A placeholder stands for at least
 * one character, and does not extend beyond a folder.
 * @param folders which folders are taken like files, by their name; default none
 */
export async function filesOfNamedPattern(
  pattern: string,
  folders?: (name: string) => boolean,
): Promise<NamedFile[]> {
  const { expression, names } = expressionOf(pattern);
  const paths = await filesOfPattern(withoutPlaceholders(pattern), folders);
  return paths.flatMap((path) => {
    const found = expression.exec(segmentsOf(path).join("/"));
    if (!found) return [];
    const parts: string[] = [];
    const digits: Partial<Record<DatePart, string>> = {};
    for (const [index, name] of names.entries()) {
      const text = found[index + 1] ?? "";
      if (!isDatePart(name)) parts.push(text);
      else if ((digits[name] ??= text) !== text) return [];
    }
    return [{ path, parts, digits }];
  });
}

/** A group for each wildcard and placeholder, of which neighbouring wildcards are one. */
function expressionOf(pattern: string): { readonly expression: RegExp; readonly names: readonly string[] } {
  const names: string[] = [];
  const segments = segmentsOf(pattern);
  const sources = segments.map((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === "**" && !isLast) {
      names.push("*");
      return "(?:(.*)/)?";
    }
    return segmentSource(segment, names) + (isLast ? "" : "/");
  });
  return { expression: new RegExp(`^${sources.join("")}$`, "su"), names };
}

function segmentSource(segment: string, names: string[]): string {
  const tokens = segment
    .split(/(\[!?[^\]]+\]|[*?]|\{[A-Za-z][A-Za-z0-9]*\})/)
    .filter((token) => token !== "");
  let source = "";
  let open = false;
  for (const token of tokens) {
    const name = /^\{(\w+)\}$/.exec(token)?.[1];
    const isWildcard = name === undefined && /^([*?]|\[.+\])$/.test(token);
    if (open && !isWildcard) source += ")";
    if (isWildcard && !open) {
      names.push("*");
      source += "(";
    }
    open = isWildcard;
    if (name === undefined)
      source += isWildcard ? sourceOf(token).replace(/^\.\*$/, "[^/]*") : sourceOf(token);
    else {
      names.push(name);
      source += isDatePart(name) ? `(\\d{${dateDigits[name]}})` : "([^/]+)";
    }
  }
  return open ? `${source})` : source;
}

function isDatePart(name: string): name is DatePart {
  return Object.hasOwn(dateDigits, name);
}
