import type { DatasetConfig } from "@quadrat/core";
import type { NeededColumns } from "../columns.js";
import { inputError, usageError } from "../faults.js";
import { parseNumber } from "../numbers.js";
import type { TextHead } from "./text-head.js";

/** Refuses immediately a file whose first records show that none can be read as the configuration says. */
export function checkSample(
  file: string,
  { dialect, names, shape, headerLine, sample, columns: described }: TextHead,
  columns: NeededColumns,
  dataset: DatasetConfig,
): void {
  if (sample.length === 0) return;
  const { x, y } = columns;
  const isUsable = (record: readonly string[]): boolean =>
    record.length > Math.max(x, y) && record.slice(shape.most).every((field) => field === "");
  if (!described && !sample.some(isUsable)) {
    const found = sample[0]!.length;
    throw inputError(file, `the header has ${names.length} fields, but the records after it have ${found}`, {
      line: headerLine,
      hint: "correct the header, or give the right `delimiter:`",
    });
  }
  if ((dataset.decimal ?? ".") === ".") checkDecimalMark(file, dialect.delimiter, sample, columns);
}

function checkDecimalMark(
  file: string,
  delimiter: string,
  sample: TextHead["sample"],
  { x, y }: NeededColumns,
): void {
  if (delimiter === ",") return;
  const isComma = (text = ""): boolean => text.includes(",") && parseNumber(text, ",") !== undefined;
  const found = sample.find((record) => isComma(record[x]) || isComma(record[y]));
  if (!found) return;
  const shown = [found[x], found[y]].filter(isComma)[0]!;
  throw usageError(
    file,
    "decimal",
    `the coordinates have a decimal comma, such as ${shown.trim()}`,
    `add \`delimiter: ${JSON.stringify(delimiter)}\` and \`decimal: ","\` to the dataset`,
  );
}
