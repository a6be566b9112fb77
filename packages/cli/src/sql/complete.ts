import { nameText, relationText, type Relation } from "@quadrat/core/host";

export const dotCommands = [".tables", ".schema", ".help", ".quit"] as const;

const keywords = (
  "SELECT FROM WHERE GROUP BY ORDER BY LIMIT OFFSET HAVING QUALIFY DISTINCT AS ON USING JOIN LEFT RIGHT FULL INNER CROSS ASOF " +
  "POSITIONAL WITH UNION INTERSECT EXCEPT ALL AND OR NOT NULL IS IN BETWEEN LIKE CASE WHEN THEN ELSE END ASC DESC NULLS " +
  "FIRST LAST OVER PARTITION FILTER PIVOT UNPIVOT DESCRIBE SHOW TABLES SUMMARIZE EXPLAIN VALUES EXCLUDE REPLACE SAMPLE " +
  "count sum avg min max median stddev corr round floor ceil abs sqrt ln log10 coalesce nullif greatest least"
).split(" ");

/**
 * Completions for the end of a line, and the part of the line that they replace, in the form that readline
 * expects.
 */
export function complete(line: string, relations: readonly Relation[]): [string[], string] {
  if (line.startsWith(".")) {
    const [command, name] = /^(\.schema\s+)(.*)$/.exec(line)?.slice(1) ?? [];
    if (command === undefined) return [dotCommands.filter((one) => one.startsWith(line)), line];
    return [starting(name!, relations.map(relationText)), name!];
  }
  const word = /(?:\w+\.)?(?:"[^"]*|\w*)$/.exec(line)![0];
  const names = relations.flatMap((relation) => [
    relationText(relation),
    nameText(relation.name),
    ...relation.columns.map(({ name }) => nameText(name)),
  ]);
  const lower = /^[a-z]/.test(word);
  const words = keywords.map((one) => (lower ? one.toLowerCase() : one));
  return [word === "" ? [] : starting(word, [...names, ...words]), word];
}

/** Case is ignored, and a word without quotes also matches quoted names. */
function starting(word: string, candidates: readonly string[]): string[] {
  const wanted = word.toLowerCase();
  const found = candidates.filter((one) => {
    const lower = one.toLowerCase();
    return lower.startsWith(wanted) || lower.startsWith(`"${wanted}`);
  });
  return [...new Set(found)].sort();
}
