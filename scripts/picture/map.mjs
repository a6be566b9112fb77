/** One map: a rectangle for NULL, and for each class of values one path that joins its cells row by row. */
export function map(grid, values, classes) {
  const { width, height } = grid;
  const paths = classes.colours.map(() => []);
  for (let row = 0; row < height; row++) {
    let column = 0;
    while (column < width) {
      const kind = classOf(values[row * width + column], classes);
      let end = column + 1;
      while (end < width && classOf(values[row * width + end], classes) === kind) end++;
      if (kind !== undefined) paths[kind].push([column, row, end - column]);
      column = end;
    }
  }
  const drawn = paths.map(
    (runs, kind) => runs.length > 0 && `<path fill="${classes.colours[kind]}" d="${outline(runs)}"/>`,
  );
  return [`<rect class="null" width="${width}" height="${height}"/>`, ...drawn.filter(Boolean)].join("\n");
}

/** A few cells with values, each a dot larger than the cell about its centre, above the cells where `land` has a value. */
export function dots(grid, values, classes, { stretch, land }) {
  const { width } = grid;
  const shape = map(grid, land, { edges: [], colours: ["land"] }).replace('fill="land"', 'class="land"');
  const drawn = [...values.keys()].flatMap((cell) => {
    const kind = classOf(values[cell], classes);
    if (kind === undefined) return [];
    const [x, y] = [(cell % width) + 0.5, Math.floor(cell / width) + 0.5];
    return `<ellipse cx="${x}" cy="${y}" rx="1.4" ry="${Math.round(1400 / stretch) / 1000}" fill="${classes.colours[kind]}"/>`;
  });
  return [shape, `<g class="dots" shape-rendering="auto">`, ...drawn, "</g>"].join("\n");
}

/** The class that a value falls into, counted from 0; undefined for NULL. Each edge belongs to the class above it. */
export function classOf(value, { edges }) {
  if (Number.isNaN(value)) return undefined;
  let kind = 0;
  while (kind < edges.length && value >= edges[kind]) kind++;
  return kind;
}

/** Each run as a move from the start of the one before, then a rectangle one cell high. */
function outline(runs) {
  let [x, y] = [0, 0];
  return runs
    .map(([column, row, length]) => {
      const move = `m${column - x}${row === y ? " 0" : ` ${row - y}`}`;
      [x, y] = [column, row];
      return `${move}h${length}v1h-${length}z`;
    })
    .join("");
}

/** A row of coloured boxes with the edges between them below. */
export function legend(classes, { box, height, unit, none = false }) {
  const { colours, edges } = classes;
  const boxes = colours.map(
    (colour, i) => `<rect x="${i * box}" width="${box}" height="${height}" fill="${colour}"/>`,
  );
  const labels = edges.map((edge, i) =>
    i % classes.every === 0
      ? `<text class="small" x="${(i + 1) * box}" y="${height + 13}" text-anchor="middle">${edge}</text>`
      : "",
  );
  const end = colours.length * box;
  const words = [`<text class="small" x="${end + 8}" y="${height - 1}">${unit}</text>`];
  if (none) {
    words.push(`<rect class="null" x="${end + 78}" width="${box}" height="${height}"/>`);
    words.push(`<text class="small" x="${end + 84 + box}" y="${height - 1}">NULL</text>`);
  }
  return [...boxes, ...labels.filter(Boolean), ...words].join("\n");
}
