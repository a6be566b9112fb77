import type { Proposal } from "./propose.js";

/** A commented configuration of the proposals; datasets that can't be used are in it as comments. */
export function configText(proposals: readonly Proposal[]): string {
  return `# Written by \`quadrat init\`. Check it with \`quadrat validate\`; run it with \`quadrat run\`.
# Every path is relative to this file. Keys that are left out have their defaults; misspelt keys are refused.

# The cells of the result: each of its rows is one of these cells.
grid:
${gridText(proposals)}
# The inputs. Each becomes a column under its name, in this order.
datasets:
${proposals.map(datasetText).join("\n")}
${pointsText(proposals)}merge:
  join: outer # outer: cells with at least one value; inner: with all of them; all: every cell
  enable_streaming: false # true: in batches, for tables larger than memory; auto: decided before the run

export:
  formats: [csv] # csv, parquet, arrow, geoparquet, geotiff
  compress: false # gzip the CSV
  # directory: output/default
  name: merged

# The limit for the whole process. As memory nears it, batches and windows shrink, then merging is streamed.
memory:
  limit: 80% # of what this process may use; or a size such as 512MB or 2GiB

# Named changes to the configuration above, chosen with --experiment NAME. List only what differs.
experiments:
  large_dataset_export:
    merge: { enable_streaming: true }
    export: { compress: true }
`;
}

/** A second table, as a comment, if there are records of which it can be made. */
function pointsText(proposals: readonly Proposal[]): string {
  const records = proposals.find(({ kind, usable }) => usable && kind === "occurrences");
  if (!records) return "";
  return `# A second table, for models of species: a row per record and per background cell, with the values of every dataset there.
# points:
#   records: ${scalar(records.name)} # a dataset of kind occurrences
#   values: cell # of the record's cell; near, bilinear: of the rasters themselves; or {buffer: 5000}: the mean within metres
#   background: { count: 10000, seed: 1 } # cells without a record
#   folds: { count: 5, block: 200000, seed: 1 } # spatial blocks of 200 km, for cross-validation
#   thin: cell # one record of a species per cell

`;
}

function gridText(proposals: readonly Proposal[]): string {
  const raster = proposals.find(({ usable }) => usable?.grid);
  const grid = raster?.usable?.grid;
  if (!raster || !grid) {
    return `  crs: EPSG:4326 # longitude and latitude; any EPSG or ESRI code, a PROJ string or WKT
  resolution: 0.5 # edge of a cell in units of the CRS, here degrees; [x, y] when they differ
  bounds: [-180, -90, 180, 90] # xmin, ymin, xmax, ymax; auto: the union of the inputs
`;
  }
  const [x, y] = grid.resolution;
  return `  like: ${scalar(raster.usable?.series?.first ?? raster.path)} # CRS, resolution and bounds of a raster. The same as numbers, to change them:
  # crs: ${scalar(grid.crs)}
  # resolution: ${x === y ? x : `[${x}, ${y}]`}
  # bounds: [${grid.bounds.join(", ")}]
`;
}

function datasetText({ name, path, kind, usable, reason }: Proposal): string {
  if (!usable) {
    return `  # Left out: ${reason}
  # ${scalar(name)}:
  #   path: ${scalar(path)}
`;
  }
  const { series } = usable;
  const each = series && !usable.hasTime ? ` # a column for each ${series.dated ? "date" : "file"}` : "";
  const lines = [`  ${scalar(name)}: # ${usable.facts}`, `    path: ${scalar(path)}${each}`];
  if (usable.hasTime)
    lines.push(
      "    time: { by: month } # the mean of each month over all years; or step, season, year, all; `statistic:` sum, min, max, stdev",
    );
  else if (series?.dated)
    lines.push(
      "    time: { by: step } # or month, season, year, all, with `statistic:` mean, sum, min, max, stdev",
    );
  if (kind === "raster") {
    const { type, sign } = usable;
    const note = type ? `guessed from ${sign}; ` : "";
    const others = {
      continuous: "categorical (classes), count (sums)",
      categorical: "continuous, count",
      count: "continuous, categorical",
    };
    lines.push(`    type: ${type ?? "continuous"} # ${note}or ${others[type ?? "continuous"]}`);
  } else if (kind === "ranges") {
    const { species } = usable;
    lines.push("    kind: ranges");
    if (species !== undefined) lines.push(`    species: ${scalar(species)}`);
    lines.push(
      species === undefined
        ? "    measure: presence # 1 where a polygon is; or coverage, value of `value: COLUMN`, species of `species: COLUMN`"
        : "    measure: species # their number in each cell; or presence, coverage; `expand: species` for a column of each",
      "    rule: centre # cells whose centre a polygon contains; or touched, coverage",
    );
  } else {
    const [x, y] = usable.coordinates ?? [];
    if (x !== undefined && y !== undefined && (x !== "decimalLongitude" || y !== "decimalLatitude")) {
      lines.push(`    x: ${scalar(x)}`, `    y: ${scalar(y)}`);
    }
    const { codes } = usable;
    if (codes) {
      lines.push(`    code: ${scalar(codes.code)} # a record is at the centre of its cell`);
      lines.push(
        ...(codes.count === undefined
          ? ["    measure: records # the number of rows; or sum of `value: COLUMN`"]
          : ["    measure: sum # of the number in each row", `    value: ${scalar(codes.count)}`]),
      );
      return `${lines.join("\n")}\n`;
    }
    lines.push(
      "    # crs: EPSG:4326 # the CRS of the coordinates; this is the default",
      "    measure: records # the number in each cell; or mean, sum, min, max, median of `value: COLUMN`; species, presence",
    );
  }
  return `${lines.join("\n")}\n`;
}

/** A text that YAML reads back unchanged: plain where that is safe, else quoted as in JSON, which YAML accepts. */
function scalar(text: string): string {
  const plain =
    /^[\p{L}_./][\p{L}\p{N}_./:+-]*$/u.test(text) &&
    !/:$|^\.|^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}
