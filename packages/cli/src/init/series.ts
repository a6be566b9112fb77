import type { FoundFile } from "./scan.js";

/** Rasters that differ in one number, or in a date, and the pattern that matches them and no other file. */
export interface FoundSeries {
  /** Relative to the folder, with `*`, or `{YYYY}` and so on. */
  readonly pattern: string;
  readonly files: readonly FoundFile[];
  readonly dated: boolean;
}

/** Fewer files do not make a series; those that have steps in time do from two on. */
const leastOf = (pattern: string): number => (/\.(nc4?|cdf|h5|hdf5?)$/i.test(pattern) ? 2 : 3);

/** The dates that names have, likeliest first. */
const dates = [
  { digits: /(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d)/, parts: ["{YYYY}", "{MM}", "{DD}"] },
  { digits: /(?<!\d)(\d{4})([-_.]?)(\d{2})(?!\d)/, parts: ["{YYYY}", "{MM}"] },
  { digits: /(?<!\d)(\d{4})()(\d{3})(?!\d)/, parts: ["{YYYY}", "{DDD}"] },
] as const;

/** The series among the files of a folder. A file belongs to one at most. */
export function findSeries(found: readonly FoundFile[]): FoundSeries[] {
  const series: FoundSeries[] = [];
  const taken = new Set<FoundFile>();
  const rasters = found.filter(({ kind }) => kind === "raster");
  const collect = (patternsOf: (name: string) => string[], dated: boolean): void => {
    const groups = new Map<string, FoundFile[]>();
    for (const file of rasters) {
      if (taken.has(file)) continue;
      const [folder, name] = split(file.path);
      for (const pattern of patternsOf(name)) {
        const key = folder + pattern;
        groups.set(key, [...(groups.get(key) ?? []), file]);
      }
    }
    // The largest first: a number that varies more is the one that counts.
    for (const [key, group] of [...groups].sort(([, a], [, b]) => b.length - a.length)) {
      const files = group.filter((file) => !taken.has(file));
      if (files.length < leastOf(key) || files.length < group.length) continue;
      for (const file of files) taken.add(file);
      series.push({ pattern: dated ? key : withoutOthers(key, files, found), files, dated });
    }
  };
  collect(datePatterns, true);
  collect(numberPatterns, false);
  return series;
}

function split(path: string): [folder: string, name: string] {
  const at = path.lastIndexOf("/") + 1;
  return [path.slice(0, at), path.slice(at)];
}

/** The name with placeholders in place of a date, if it has one. */
function datePatterns(name: string): string[] {
  for (const { digits, parts } of dates) {
    const found = digits.exec(name);
    if (!found || !isDate(found, parts.at(-1)!)) continue;
    const [all, , separator] = found;
    return [name.slice(0, found.index) + parts.join(separator) + name.slice(found.index + all.length)];
  }
  return [];
}

function isDate([, year, , second, third]: RegExpExecArray, last: string): boolean {
  const [month, day] = [Number(second), Number(third ?? 1)];
  if (Number(year) < 1500 || Number(year) > 2200) return false;
  if (last === "{DDD}") return month >= 1 && month <= 366;
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/** The name with a star in place of each of its numbers, one at a time. */
function numberPatterns(name: string): string[] {
  const stem = name.replace(/\.[^.]*$/, "");
  return [...stem.matchAll(/\d+/g)].map(
    ({ 0: digits, index }) => `${name.slice(0, index)}*${name.slice(index + digits.length)}`,
  );
}

/** The pattern, which takes digits alone if it would otherwise match other rasters. */
function withoutOthers(pattern: string, files: readonly FoundFile[], found: readonly FoundFile[]): string {
  const [start, end] = pattern.split("*") as [string, string];
  const own = new Set(files.map(({ path }) => path));
  const other = found.some(
    ({ path }) =>
      !own.has(path) &&
      path.length >= start.length + end.length &&
      path.startsWith(start) &&
      path.endsWith(end) &&
      !path.slice(start.length, path.length - end.length).includes("/"),
  );
  return other ? `${start}[0-9]*${end}` : pattern;
}
