/** Columns that every table has. DuckDB's names ignore case. */
const ownColumns = new Set(["x", "y", "cell"]);

const unprintable = /[\p{Cc}\p{Cs}]/u;

/** The reason why a text can't be the name of a dataset, or undefined if it can. */
export function datasetNameFault(name: string): string | undefined {
  if (name.trim() === "") return "a dataset needs a name";
  if (name !== name.trim()) return "a dataset's name can't begin or end with a space";
  if (unprintable.test(name)) return "a dataset's name can't contain control characters";
  if (ownColumns.has(name.toLowerCase())) {
    return `every table has a column ${name.toLowerCase()} of its own; give the dataset another name`;
  }
  // Whole numbers would come first among the keys of an object, whatever their order in the file.
  if (/^\d+$/.test(name)) return `a dataset's name can't be a whole number; try "d${name}"`;
  return undefined;
}

/** The reason why a text can't be part of a file name on every system, or undefined if it can. */
export function fileNameFault(name: string): string | undefined {
  if (name.trim() === "") return "an empty name";
  if (unprintable.test(name) || /[/\\:*?"<>|]/.test(name)) {
    return "a file name can't contain / \\ : * ? \" < > | or control characters";
  }
  if (name !== name.trim() || name.endsWith("."))
    return "a file name can't begin or end with a space, or end with a dot";
  return Buffer.byteLength(name) > 200 ? "a file name of more than 200 bytes" : undefined;
}
