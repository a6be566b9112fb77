import type { Grid } from "@quadrat/core";
import { createTransform, parseCrs, type CoordinateTransform } from "@quadrat/crs";
import * as arrow from "apache-arrow";
import type { Extent } from "../extent.js";
import { sqlJudgeCodes, type Rules } from "../judge.js";
import { cellOf } from "../locate.js";
import { isMissing } from "../numbers.js";
import { batchRows, slotOf, withSlots } from "../place.js";
import type { Piece, TableReader, Work } from "../reader.js";
import { centreOf } from "./recognise.js";

/** Records with codes, in the CRS in which messages show them. */
export interface CodedTable {
  readonly reader: TableReader;
  readonly rules: Rules;
  readonly crs: string;
}

/**
 * Places the records of a part at the centres of their codes' cells. Each different code is decoded once; if DuckDB can't
 * hold them all, the code of every record is.
 */
export async function placeCodes(
  { reader, rules, crs }: CodedTable,
  { select, after }: Piece,
  grid: Grid,
  work: Work,
  extent: Extent,
): Promise<string> {
  const { store, scratch } = work;
  const [points, codes, centres] = [scratch.sql("points"), scratch.sql("codes"), scratch.sql("centres")];
  const create = `CREATE OR REPLACE TABLE ${points} AS ${select}`;
  await store.exec(after === undefined ? create : `${create};\n${after}`);
  const isDistinct = await selectDistinct(work, points, codes);
  await store.exec(`CREATE OR REPLACE TABLE ${centres} (cx DOUBLE, cy DOUBLE, slot DOUBLE)`);
  const stream = store.query(isDistinct ? `SELECT code FROM ${codes}` : `SELECT x AS code FROM ${points}`, {
    rows: () => batchRows,
  });
  const decoded = decode(stream, decoder(grid, rules, crs), extent, work.signal);
  await store.append(scratch.table("centres"), decoded, { commitEvery: 1 << 22 });
  const joined = isDistinct
    ? `${points} LEFT JOIN (SELECT * FROM ${codes} POSITIONAL JOIN ${centres}) ON x = code`
    : `${points} POSITIONAL JOIN ${centres}`;
  const judged = sqlJudgeCodes(`SELECT * FROM ${joined}`, reader.forms, rules, ["slot"]);
  const located = `SELECT *, CASE WHEN slot >= 0 THEN slot::BIGINT END AS cell FROM (${judged})`;
  return withSlots(located, "slot::BIGINT");
}

/** Puts the different codes into a table, unless there are too many. */
async function selectDistinct({ store }: Work, points: string, codes: string): Promise<boolean> {
  try {
    await store.exec(
      `CREATE OR REPLACE TABLE ${codes} AS SELECT DISTINCT x AS code FROM ${points} WHERE x IS NOT NULL`,
    );
    return true;
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("Out of Memory Error"))) throw error;
    return false;
  }
}

interface Decoded {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Cells, or the reasons why there is none. */
  readonly slots: Float64Array;
  /** In the grid's CRS, of those that have a place in it. */
  readonly gridXs: Float64Array;
  readonly gridYs: Float64Array;
}

async function* decode(
  batches: AsyncIterable<arrow.RecordBatch>,
  decodeBatch: (codes: readonly (string | null)[]) => Decoded,
  extent: Extent,
  signal: AbortSignal,
): AsyncGenerator<arrow.RecordBatch> {
  for await (const batch of batches) {
    signal.throwIfAborted();
    const column = batch.getChild("code")!;
    const codes = Array.from({ length: batch.numRows }, (_, i) => column.get(i) as string | null);
    const { xs, ys, slots, gridXs, gridYs } = decodeBatch(codes);
    extent.add(gridXs, gridYs);
    yield* arrow.tableFromArrays({ cx: xs, cy: ys, slot: slots }).batches;
  }
}

function decoder(grid: Grid, { code }: Rules, crs: string): (codes: readonly (string | null)[]) => Decoded {
  const [outside, domain] = [slotOf("outside"), slotOf("domain")];
  const transforms = new Map<string, readonly [toGrid: CoordinateTransform, toOwn: CoordinateTransform]>();
  const transformsOf = (id: string): readonly [CoordinateTransform, CoordinateTransform] => {
    let found = transforms.get(id);
    if (!found) {
      const from = parseCrs(id);
      found = [createTransform(from, parseCrs(grid.crs)), createTransform(from, parseCrs(crs))];
      transforms.set(id, found);
    }
    return found;
  };
  return (codes) => {
    const xs = new Float64Array(codes.length);
    const ys = new Float64Array(codes.length);
    const slots = new Float64Array(codes.length).fill(domain);
    const [gridXs, gridYs] = [
      new Float64Array(codes.length).fill(NaN),
      new Float64Array(codes.length).fill(NaN),
    ];
    const byCrs = new Map<string, number[]>();
    for (const [i, text] of codes.entries()) {
      const centre = text === null || isMissing(text) ? undefined : centreOf(text, code?.scheme);
      // As numbers that are missing, and numbers that are none.
      xs[i] = centre?.x ?? (text === null || isMissing(text) ? NaN : Infinity);
      ys[i] = centre?.y ?? xs[i];
      if (!centre) continue;
      const list = byCrs.get(centre.crs);
      if (list) list.push(i);
      else byCrs.set(centre.crs, [i]);
    }
    for (const [id, list] of byCrs) {
      const [toGrid, toOwn] = transformsOf(id);
      const [placeX, placeY] = [
        Float64Array.from(list, (i) => xs[i]!),
        Float64Array.from(list, (i) => ys[i]!),
      ];
      const [ownX, ownY] = [placeX.slice(), placeY.slice()];
      toGrid.transform(placeX, placeY);
      toOwn.transform(ownX, ownY);
      for (const [k, i] of list.entries()) {
        const [x, y] = [placeX[k]!, placeY[k]!];
        // A cell without a place in the messages' CRS still has a code.
        xs[i] = Number.isFinite(ownX[k]) ? ownX[k]! : 0;
        ys[i] = Number.isFinite(ownY[k]) ? ownY[k]! : 0;
        if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
        [gridXs[i], gridYs[i]] = [x, y];
        const cell = cellOf(grid, x, y);
        slots[i] = cell < 0 ? outside : cell;
      }
    }
    return { xs, ys, slots, gridXs, gridYs };
  };
}
