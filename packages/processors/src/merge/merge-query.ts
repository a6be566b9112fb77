import {
  columnTypes,
  qualify,
  quoteIdentifier,
  type CellRange,
  type Config,
  type Grid,
  type StagedColumn,
  type StagedDataset,
} from "@quadrat/core";
import { listedValue, listsTable, type ListNames } from "@quadrat/core/host";

/** How tables are joined; `mask`: every cell of the mask is kept, as with `all` every cell of the grid. */
export type Join = Config["merge"]["join"] | "mask";

/** A table with a row for every cell, in order, whose column `keep` is 1 if the cell is in the mask and 0 if not. */
export const maskFlags = "masked.cells";

/** A column of the merged table. */
export interface MergeColumn {
  readonly dataset: StagedDataset;
  /** Its number among the columns of its dataset, if these are several. */
  readonly part?: number;
  /** The value put in place of NULL in the rows that the join keeps. */
  readonly fill: number | undefined;
}

/** The name of a column, and what is known of its values. */
export function factsOf({ dataset, part }: MergeColumn): StagedColumn {
  return part === undefined ? dataset : dataset.columns![part]!;
}

/** The datasets of columns, each once, in order. */
export function datasetsOf(columns: readonly MergeColumn[]): StagedDataset[] {
  return [...new Set(columns.map(({ dataset }) => dataset))];
}

/**
 * A SELECT of the merged rows of a range of cells, or of all: `cell`, then the columns, ascending by cell. A dataset of several
 * columns takes part by its lists, in which the join finds a value if any column has one.
 *
 * Dense tables hold every cell in order, so they are joined by position. If all datasets are sparse they are joined
 * on the cell and sorted, at a cost proportional to the number of values and not to the size of the grid.
 */
export function mergeQuery(columns: readonly MergeColumn[], join: Join, range?: CellRange): string {
  const dense = columns.every(({ dataset }) => dataset.layout === "dense");
  const numbered = columns.some(({ dataset }) => dataset.lists);
  const source = dense ? withLists(columns, positional(columns, range, join)) : onCell(columns, join, range);
  const order = dense && !numbered ? "" : " ORDER BY cell";
  const kept = join === "all" ? "" : ` WHERE ${present(columns, join)}`;
  const selected = ["cell", ...outputs(columns)].join(", ");
  // Lists are sorted before they become columns, of which there may be thousands.
  if (order !== "" && columns.some(({ part }) => part !== undefined))
    return `SELECT ${selected} FROM (SELECT * FROM ${source}${kept}${order})`;
  return `SELECT ${selected} FROM ${source}${kept}${order}`;
}

/** A SELECT of the cells of the merged rows, in any order. */
export function cellsQuery(columns: readonly MergeColumn[], join: Join): string {
  const dense = columns.every(({ dataset }) => dataset.layout === "dense");
  const source = dense ? positional(columns, undefined, join) : onCell(columns, join);
  return `SELECT cell FROM ${source}${join === "all" ? "" : ` WHERE ${present(columns, join)}`}`;
}

/** A SELECT of the cells that the join of sparse tables keeps, ascending, as doubles counted from the first of the range. */
export function keptCellsQuery(datasets: readonly StagedDataset[], join: Join, range: CellRange): string {
  const cells = datasets.map((dataset) => `(SELECT cell FROM ${tableOf(dataset)}${within("cell", range)})`);
  const kept = `(SELECT cell - ${range.first} AS pos FROM (${cells.join(join === "inner" ? " INTERSECT " : " UNION ")}))`;
  return `SELECT pos::DOUBLE AS pos FROM ${kept} ORDER BY pos`;
}

/**
 * A SELECT of the values of a dataset in a range of cells, in any order: the cell as a double counted from the first of the
 * range, the number of the column, and the value.
 */
export function valuesQuery(dataset: StagedDataset, range: CellRange): string {
  const dense = dataset.layout === "dense";
  const cell = dense ? "rowid" : "cell";
  const values = dataset.columns
    ? "unnest(parts) AS part, unnest(vals) AS value"
    : "0::INTEGER AS part, value";
  return `SELECT (${cell} - ${range.first})::DOUBLE AS cell, ${values} FROM ${tableOf(dataset)}${within(cell, range)}`;
}

/**
 * A SELECT of some columns of dense tables for every cell of a range, in order. Unless all cells are kept, the last column is
 * 1 for those that the join would keep if there were no other columns, and 0 for the others.
 */
export function groupQuery(columns: readonly MergeColumn[], join: Join, range: CellRange): string {
  const keep = join === "all" ? [] : [`(${present(columns, join)})::UTINYINT AS keep`];
  return `SELECT ${[...outputs(columns), ...keep].join(", ")} FROM ${positional(columns, range, join)}`;
}

/** A SELECT of the last column of {@link groupQuery} alone. */
export function presenceQuery(columns: readonly MergeColumn[], join: Join, range: CellRange): string {
  return `SELECT (${present(columns, join)})::UTINYINT AS keep FROM ${positional(columns, range)}`;
}

/**
 * SELECTs of the merged rows, each with some columns of dense tables and all of them with the same rows in the same order.
 * Unless told otherwise, the first has the coordinates before them.
 * @param kept a table with a column `keep` that is 1 for the cells that are kept; all are if it is undefined
 */
export function partQueries(
  groups: readonly (readonly MergeColumn[])[],
  grid: Grid,
  kept?: string,
  coordinates = true,
): string[] {
  const { x, y } = grid.sqlCentre("cell");
  const mask = kept === undefined ? [] : [`(SELECT keep FROM ${kept})`];
  const where = kept === undefined ? "" : " WHERE keep = 1";
  return groups.map((columns, index) => {
    const before = coordinates && index === 0 ? [`${x} AS x`, `${y} AS y`] : [];
    const names = columns.map((column) => quoteIdentifier(factsOf(column).name));
    const source = [positional(columns), ...mask].join(" POSITIONAL JOIN ");
    const rows = `SELECT ${["cell", ...outputs(columns)].join(", ")} FROM ${source}${where}`;
    return `SELECT ${[...before, ...names].join(", ")} FROM (${rows})`;
  });
}

/**
 * SELECTs of the merged rows, one for each half of the columns of dense tables with one value per cell. Both have the same rows
 * in the same order, each found from all the columns on which it depends whether a cell is kept; the first has the coordinates
 * before its columns.
 */
export function halfQueries(columns: readonly MergeColumn[], join: Join, grid: Grid): string[] {
  const { x, y } = grid.sqlCentre("cell");
  const deciding = decidingColumns(columns, join, grid.size);
  // The coordinates are the work of two columns.
  const middle = Math.max(1, Math.ceil(columns.length / 2) - 1);
  return [columns.slice(0, middle), columns.slice(middle)].map((half, index) => {
    const before = index === 0 ? [`${x} AS x`, `${y} AS y`] : [];
    const read = columns.filter((column) => half.includes(column) || deciding.includes(column));
    const decides = deciding.length > 0 || join === "mask";
    const where = decides ? ` WHERE ${present(read, join, deciding)}` : "";
    const names = half.map((column) => quoteIdentifier(factsOf(column).name));
    const rows = `SELECT ${["cell", ...outputs(read)].join(", ")} FROM ${positional(read, undefined, join)}${where}`;
    return `SELECT ${[...before, ...names].join(", ")} FROM (${rows})`;
  });
}

/** The columns of dense tables on which it depends whether a cell is kept. */
export function decidingColumns(
  columns: readonly MergeColumn[],
  join: Join,
  cells: number,
): readonly MergeColumn[] {
  const once = columns.filter(({ dataset }, index) => columns[index - 1]?.dataset !== dataset);
  const withNulls = once.filter(({ dataset }) => dataset.values < cells);
  if (join === "all" || join === "mask" || (join === "outer" && withNulls.length < once.length)) return [];
  return withNulls;
}

function outputs(columns: readonly MergeColumn[]): string[] {
  const sources = datasetsOf(columns);
  return columns.map((column) => {
    const { dataset, fill, part } = column;
    const source = sources.indexOf(dataset);
    const own = part === undefined ? `v${source}` : listedValue(dataset, part, listsOf(source));
    const value = fill === undefined ? own : `coalesce(${own}, ${literal(fill, dataset)})`;
    return `${value} AS ${quoteIdentifier(factsOf(column).name)}`;
  });
}

function listsOf(source: number): ListNames {
  return { parts: `p${source}`, vals: `l${source}` };
}

/** The values of a source as they are selected from its table. */
function valuesOf({ columns, lists }: StagedDataset, source: number): string {
  if (lists) return `list AS n${source}`;
  return columns ? `parts AS p${source}, vals AS l${source}` : `value AS v${source}`;
}

/** {@link mergeQuery} with the coordinates of the cells' centres after the cell. */
export function mergeQueryWithCoordinates(
  columns: readonly MergeColumn[],
  join: Join,
  grid: Grid,
  range?: CellRange,
): string {
  const { x, y } = grid.sqlCentre("cell");
  const names = columns.map((column) => quoteIdentifier(factsOf(column).name));
  return `SELECT ${["cell", `${x} AS x`, `${y} AS y`, ...names].join(", ")} FROM (${mergeQuery(columns, join, range)})`;
}

/** True if the query reads only dense tables; sparse ones must be made dense first if any other is dense. */
export function needsDense(datasets: readonly StagedDataset[], join: Join): boolean {
  return (
    join === "all" || join === "mask" || datasets.some(({ layout, filled }) => filled ?? layout === "dense")
  );
}

function positional(columns: readonly MergeColumn[], range?: CellRange, join?: Join): string {
  const parts = datasetsOf(columns).map((dataset, index) => {
    const cell = index === 0 ? "rowid AS cell, " : "";
    return `(SELECT ${cell}${valuesOf(dataset, index)} FROM ${tableOf(dataset)}${within("rowid", range)})`;
  });
  if (join === "mask") parts.push(`(SELECT keep AS m FROM ${maskFlags}${within("rowid", range)})`);
  return shallow(parts, " POSITIONAL JOIN ");
}

/** The rows of dense tables with the lists of which these have the numbers. */
function withLists(columns: readonly MergeColumn[], source: string): string {
  const joins = datasetsOf(columns).flatMap(({ name, lists }, index) => {
    const listed = `SELECT list AS m${index}, parts AS p${index}, vals AS l${index} FROM ${qualify(listsTable(name))}`;
    return lists ? [` LEFT JOIN (${listed}) ON n${index} = m${index}`] : [];
  });
  return joins.length > 0 ? `(SELECT * FROM ${source})${joins.join("")}` : source;
}

function onCell(columns: readonly MergeColumn[], join: Join, range?: CellRange): string {
  const parts = datasetsOf(columns).map(
    (dataset, index) =>
      `(SELECT cell, ${valuesOf(dataset, index)} FROM ${tableOf(dataset)}${within("cell", range)}) AS t${index}`,
  );
  return parts
    .join(join === "inner" ? " JOIN " : " FULL JOIN ")
    .replaceAll(/ AS t(\d+)/g, (match, index: string) => (index === "0" ? match : `${match} USING (cell)`));
}

/** A condition that is true for cells that the join keeps because of the `deciding` ones among the columns. */
function present(columns: readonly MergeColumn[], join: Join, deciding = columns): string {
  if (join === "mask") return "m = 1";
  const sources = datasetsOf(columns);
  const terms = datasetsOf(deciding).map(
    (dataset) =>
      `${dataset.lists ? "n" : dataset.columns ? "p" : "v"}${sources.indexOf(dataset)} IS NOT NULL`,
  );
  return shallow(terms, join === "inner" ? " AND " : " OR ");
}

/** Operands side by side: DuckDB nests them, and refuses what is more than 1,000 deep. */
const mostOperands = 250;

/** Operands of an associative operator, in parts if there are many. */
function shallow(operands: readonly string[], operator: string): string {
  if (operands.length <= mostOperands) return operands.join(operator);
  const parts = Array.from({ length: Math.ceil(operands.length / mostOperands) }, (_, part) =>
    operands.slice(part * mostOperands, (part + 1) * mostOperands),
  );
  return parts.map((part) => `(${part.join(operator)})`).join(operator);
}

function within(cell: string, range?: CellRange): string {
  return range ? ` WHERE ${cell} >= ${range.first} AND ${cell} < ${range.end}` : "";
}

export function tableOf({ name, layout }: Pick<StagedDataset, "name" | "layout">): string {
  return qualify({ schema: layout, table: name });
}

export function literal(fill: number, { dataType }: StagedDataset): string {
  return `CAST('${fill}' AS ${columnTypes[dataType].sql})`;
}
