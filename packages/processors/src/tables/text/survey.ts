import type { DatasetConfig } from "@quadrat/core";
import { takeCensus } from "./census.js";
import { fallbackLabel, readUtf8, type TextEncoding } from "./encoding.js";
import { inputError } from "../faults.js";
import { possibleDialects } from "./quoting.js";
import { scanText, type TextFacts } from "./scan.js";
import type { TextTable } from "./text-head.js";

/** What a whole text shows about how it must be read. */
export interface Survey {
  readonly facts: TextFacts;
  readonly encoding: TextEncoding;
  /** The table with the quoting that best fits the whole text. */
  readonly table: TextTable;
  readonly warnings: readonly string[];
}

/**
 * Examines a whole text before it is read: once over its bytes, and again over its records if they may be quoted in
 * more than one way.
 */
export async function surveyText(
  table: TextTable,
  guessed: TextEncoding,
  { quoting, decimal }: Pick<DatasetConfig, "quoting" | "decimal">,
  signal: AbortSignal,
): Promise<Survey> {
  const { file, packing, dialect, shape, quotedHeader, keep, columns } = table;
  const facts = await scanText(file, packing, guessed.label, dialect.delimiter, signal);
  const warnings: string[] = [];
  let encoding = guessed;
  if (facts.notUtf8 !== undefined && encoding.label === "utf-8") {
    encoding = fallback(file, encoding, facts.notUtf8);
    warnings.push(
      `line ${facts.notUtf8} is not UTF-8: the file is read as ${encoding.label}; \`encoding:\` chooses another`,
    );
  }
  if (facts.remainder > 0) {
    warnings.push(`${facts.remainder} bytes after the end of the gzip data are left out: they are not gzip`);
  }
  const dialects = columns ? [dialect] : possibleDialects(dialect, quoting, facts, quotedHeader);
  const census = takeCensus(dialects, shape, {
    x: keep[0]!,
    y: keep[1]!,
    decimal: decimal === "," ? "," : ".",
  });
  if (dialects.length > 1) {
    for await (const chunk of readUtf8(file, packing, encoding, signal)) census.push(chunk);
    census.end();
  }
  return { facts, encoding, table: { ...table, dialect: census.dialect }, warnings };
}

function fallback(file: string, { certain }: TextEncoding, line: number): TextEncoding {
  if (!certain) return { label: fallbackLabel, certain: false };
  throw inputError(file, "the text is not valid UTF-8", {
    line,
    hint: "remove `encoding:`, or name the right one",
  });
}
