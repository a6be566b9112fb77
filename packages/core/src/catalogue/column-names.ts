const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/**
 * Names of a dataset's columns, `<dataset>_<label>`: a label stays as it is, but for control characters and runs of spaces,
 * which become one space. Names that SQL can't tell apart are numbered in the order of the labels: `_2`, `_3` and so on.
 */
export function columnNames(dataset: string, labels: readonly string[]): string[] {
  const taken = new Set<string>();
  const wanted = labels.map((label) => {
    const printable = label.replaceAll(unprintable, " ");
    return `${dataset}_${printable.replaceAll(/\s+/gu, " ").trim()}`;
  });
  const originals = new Set(wanted.map(keyOf));
  return wanted.map((name) => {
    let unique = name;
    for (
      let number = 2;
      taken.has(keyOf(unique)) || (unique !== name && originals.has(keyOf(unique)));
      number++
    )
      unique = `${name}_${number}`;
    taken.add(keyOf(unique));
    return unique;
  });
}

/** Equal for names that DuckDB takes for the same, which ignores case. */
export function keyOf(name: string): string {
  return name.toLowerCase();
}
