import {
  columnTypes,
  qualify,
  quoteIdentifier,
  type CellRange,
  type Config,
  type Grid,
  type StagedDataset,
} from "@quadrat/core";

export type Join = Config["merge"]["join"];

export interface MergeColumn {
  readonly dataset: StagedDataset;
  /** The value put in place of NULL in the rows that the join keeps. */
  readonly fill: number | undefined;
}

/**
 * A SELECT of the merged rows of a range of cells, or of all: `cell`, then a column per dataset, ascending by cell.
 *
 * Dense tables hold every cell in order, so they are joined by position. If all datasets are sparse they are joined
 * on the cell and sorted, at a cost proportional to the number of values and not to the size of the grid.
 */
export function mergeQuery(columns: readonly MergeColumn[], join: Join, range?: CellRange): string {
  const dense = columns.every(({ dataset }) => dataset.layout === "dense");
  const source = dense ? positional(columns, range) : onCell(columns, join, range);
  const order = dense ? "" : " ORDER BY cell";
  const kept = join === "all" ? "" : ` WHERE ${present(columns, join)}`;
  return `SELECT ${["cell", ...outputs(columns)].join(", ")} FROM ${source}${kept}${order}`;
}

/**
 * A SELECT of some columns of dense tables for every cell of a range, in order. Unless all cells are kept, the last column is
 * 1 for those that the join would keep if there were no other columns, and 0 for the others.
 */
export function groupQuery(columns: readonly MergeColumn[], join: Join, range: CellRange): string {
  const keep = join === "all" ? [] : [`(${present(columns, join)})::UTINYINT AS keep`];
  return `SELECT ${[...outputs(columns), ...keep].join(", ")} FROM ${positional(columns, range)}`;
}

/** A SELECT of the last column of {@link groupQuery} alone. */
export function presenceQuery(columns: readonly MergeColumn[], join: Join, range: CellRange): string {
  return `SELECT (${present(columns, join)})::UTINYINT AS keep FROM ${positional(columns, range)}`;
}

/**
 * SELECTs of the merged rows, each with some columns of dense tables and all of them with the same rows in the same order. The
 * first has the coordinates before them.
 * @param kept a table with a column `keep` that is 1 for the cells that are kept; all are if it is undefined
 */
export function partQueries(
  groups: readonly (readonly MergeColumn[])[],
  grid: Grid,
  kept?: string,
): string[] {
  const { x, y } = grid.sqlCentre("cell");
  const mask = kept === undefined ? [] : [`(SELECT keep FROM ${kept})`];
  const where = kept === undefined ? "" : " WHERE keep = 1";
  return groups.map((columns, index) => {
    const coordinates = index === 0 ? [`${x} AS x`, `${y} AS y`] : [];
    const names = columns.map(({ dataset }) => quoteIdentifier(dataset.name));
    const source = [positional(columns), ...mask].join(" POSITIONAL JOIN ");
    const rows = `SELECT ${["cell", ...outputs(columns)].join(", ")} FROM ${source}${where}`;
    return `SELECT ${[...coordinates, ...names].join(", ")} FROM (${rows})`;
  });
}

function outputs(columns: readonly MergeColumn[]): string[] {
  return columns.map(({ dataset, fill }, index) => {
    const value = fill === undefined ? `v${index}` : `coalesce(v${index}, ${literal(fill, dataset)})`;
    return `${value} AS ${quoteIdentifier(dataset.name)}`;
  });
}

/** {@link mergeQuery} for all cells, with the coordinates of their centres after the cell. */
export function mergeQueryWithCoordinates(columns: readonly MergeColumn[], join: Join, grid: Grid): string {
  const { x, y } = grid.sqlCentre("cell");
  const names = columns.map(({ dataset }) => quoteIdentifier(dataset.name));
  return `SELECT ${["cell", `${x} AS x`, `${y} AS y`, ...names].join(", ")} FROM (${mergeQuery(columns, join)})`;
}

/** True if the query reads only dense tables; sparse ones must be made dense first if any other is dense. */
export function needsDense(datasets: readonly StagedDataset[], join: Join): boolean {
  return join === "all" || datasets.some(({ layout }) => layout === "dense");
}

function positional(columns: readonly MergeColumn[], range?: CellRange): string {
  const parts = columns.map(({ dataset }, index) => {
    const cell = index === 0 ? "rowid AS cell, " : "";
    return `(SELECT ${cell}value AS v${index} FROM ${tableOf(dataset)}${within("rowid", range)})`;
  });
  return shallow(parts, " POSITIONAL JOIN ");
}

function onCell(columns: readonly MergeColumn[], join: Join, range?: CellRange): string {
  const parts = columns.map(
    ({ dataset }, index) =>
      `(SELECT cell, value AS v${index} FROM ${tableOf(dataset)}${within("cell", range)}) AS t${index}`,
  );
  return parts
    .join(join === "inner" ? " JOIN " : " FULL JOIN ")
    .replaceAll(/ AS t(\d+)/g, (match, index: string) => (index === "0" ? match : `${match} USING (cell)`));
}

function present(columns: readonly MergeColumn[], join: Join): string {
  const terms = columns.map((_, index) => `v${index} IS NOT NULL`);
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

function tableOf({ name, layout }: StagedDataset): string {
  return qualify({ schema: layout, table: name });
}

function literal(fill: number, { dataType }: StagedDataset): string {
  return `CAST('${fill}' AS ${columnTypes[dataType].sql})`;
}
