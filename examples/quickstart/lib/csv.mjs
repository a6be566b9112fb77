/** The rows of a CSV with a header as objects of texts. A field in quotes may hold commas, but no line ends. */
export function table(text) {
  const [header, ...rows] = text.trim().split(/\r?\n/).map(fields);
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index]])));
}

function fields(line) {
  return [...line.matchAll(/(?<=^|,)(?:"((?:[^"]|"")*)"|([^,]*))(?=,|$)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
  );
}
