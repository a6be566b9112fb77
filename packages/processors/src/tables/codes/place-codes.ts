import type { Grid } from "@quadrat/core";
import { createTransform, parseCrs, type CoordinateTransform } from "@quadrat/crs";
import * as arrow from "apache-arrow";
import type { Extent } from "../extent.js";
import { reasonCode } from "../faults.js";
import type { Rules } from "../judge.js";
import { isMissing } from "../numbers.js";
import { batchRows, slotFinder, slotOf, withSlots, type PlacedColumns, type SlotFinder } from "../place.js";
import type { Piece, Work } from "../reader.js";
import { sqlJudged } from "../records/judged.js";
import type { PointTable } from "../transforms.js";
import { centreOf } from "./recognise.js";

/**
 * Places the records of a part at the centres of their codes' cells. Each different code is decoded once; if DuckDB can't
 * hold them all, the code of every record is.
 */
export async function placeCodes(
  table: PointTable,
  { select }: Piece,
  numbered: boolean,
  grid: Grid,
  work: Work,
  extent: Extent,
  { also, inGrid }: PlacedColumns,
): Promise<string> {
  const { rules, crs } = table;
  const { store, scratch } = work;
  const [points, codes, centres] = [scratch.sql("points"), scratch.sql("codes"), scratch.sql("centres")];
  await store.exec(`CREATE OR REPLACE TABLE ${points} AS ${select}`);
  const isDistinct = await selectDistinct(work, points, codes);
  await store.exec(
    `CREATE OR REPLACE TABLE ${centres} (cx DOUBLE, cy DOUBLE, slot DOUBLE, gx DOUBLE, gy DOUBLE)`,
  );
  const stream = store.query(isDistinct ? `SELECT code FROM ${codes}` : `SELECT x AS code FROM ${points}`, {
    rows: () => batchRows,
  });
  const decoded = decode(stream, decoder(grid, slotFinder(grid, work.mask), rules, crs), extent, work.signal);
  await store.append(scratch.table("centres"), decoded, { commitEvery: 1 << 22 });
  const joined = isDistinct
    ? `${points} LEFT JOIN (SELECT * FROM ${codes} POSITIONAL JOIN ${centres}) ON x = code`
    : `${points} POSITIONAL JOIN ${centres}`;
  const centred = `SELECT * EXCLUDE (cx, cy) REPLACE (cx AS x, cy AS y), y AS given FROM ${joined}`;
  const judged = sqlJudged(withCentres(table), { select: centred }, numbered, {
    carried: ["slot", "gx", "gy", "given"],
    given: ["given", "NULL"],
  });
  const located = `SELECT *, CASE WHEN slot >= 0 THEN slot::BIGINT END AS cell FROM (${sqlOfCodes(judged)})`;
  const placed = withSlots(located, "slot::BIGINT", inGrid ? [...also, "gx", "gy"] : also);
  return also.includes("record") ? `${placed} ORDER BY record` : placed;
}

/** The table as if the centres had been given: a missing code is a missing number, one of no cell an infinite one. */
function withCentres(table: PointTable): PointTable {
  const { reader, rules } = table;
  const { code: _code, longitudes: _longitudes, nodata, ...rest } = rules;
  const number = { kind: "number" } as const;
  return {
    ...table,
    reader: { ...reader, forms: { ...reader.forms, x: number, y: number } },
    rules: { ...rest, longitudes: undefined, nodata: nodata && { x: [], y: [], value: nodata.value } },
  };
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

/** Judged records with the reasons that are those of codes. */
function sqlOfCodes(judged: string): string {
  const [missing, notNumber] = [reasonCode("missing"), reasonCode("notNumber")];
  const [codeMissing, noCode] = [reasonCode("codeMissing"), reasonCode("noCode")];
  return `SELECT * REPLACE ((CASE reason
    WHEN ${missing} THEN ${codeMissing} WHEN ${notNumber} THEN ${noCode} ELSE reason END)::UTINYINT AS reason)
    FROM (${judged})`;
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
    yield* arrow.tableFromArrays({ cx: xs, cy: ys, slot: slots, gx: gridXs, gy: gridYs }).batches;
  }
}

function decoder(
  grid: Grid,
  slotAt: SlotFinder,
  { code }: Rules,
  crs: string,
): (codes: readonly (string | null)[]) => Decoded {
  const domain = slotOf("domain");
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
        slots[i] = slotAt(x, y);
      }
    }
    return { xs, ys, slots, gridXs, gridYs };
  };
}
