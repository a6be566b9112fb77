import {
  block,
  br,
  brIf,
  call,
  f64,
  i32,
  loop,
  v128,
  variable,
  when,
  type Code,
  type FunctionSource,
} from "@quadrat/core/wasm";
import { float32Code, float32Doubles, float32Integers } from "./float32-code.js";
import { FLOAT32, FLOAT64, type Way } from "./load.js";
import { layout } from "./rows-layout.js";

/** Bytes for what was written of a column last: the number, where its text begins and ends. */
export const LAST_BYTES = 16;
/** What the function may touch after the text. */
export const OVERRUN = 32;

/** The callback of {@link rowsFunction}, the function with number 0. */
export const otherSource = { parameters: 3, result: "i32" } as const;

const parameters = 7;
const [rows, width, first, cells, stride] = [variable(0), variable(1), variable(2), variable(3), variable(4)];
const [ways, lasts] = [variable(5), variable(6)];
const [row, column, at, cell, last] = [variable(7), variable(8), variable(9), variable(10), variable(11)];
const [start, way] = [variable(12), variable(13)];
const integers = 7 + float32Integers;
const value = variable(parameters + integers);
const vector = variable(parameters + integers + 1 + float32Doubles);
const isWay = (wanted: Way): Code => i32.eq(way.get, wanted);

const repeat: Code[] = [
  start.set(i32.load(8, last.get)),
  vector.set(v128.load(0, start.get)),
  v128.store(0, i32.add(at.get, 16), v128.load(0, i32.add(start.get, 16))),
  v128.store(0, at.get, vector.get),
  at.advance(i32.sub(i32.load(12, last.get), start.get)),
];

const write: Code[] = [
  way.set(i32.load8U(0, i32.add(ways.get, column.get))),
  start.set(at.get),
  block(
    float32Code(value, at, isWay(FLOAT32), parameters + 7, parameters + integers + 1),
    at.set(call(0, column.get, row.get, start.get)),
  ),
  when(i32.leS(way.get, FLOAT64), [
    f64.store(0, last.get, value.get),
    i32.store(8, last.get, start.get),
    i32.store(12, last.get, at.get),
  ]),
];

/**
 * Writes so many rows of `width` columns from the address `first` on: numbers from `cells`, a column after `stride` bytes
 * of the other, in the ways that there is a byte for each of. What is not float32 or not easy is left to the callback,
 * which is given column, row and address and gives back the address after it.
 */
export const rowsFunction: FunctionSource = {
  parameters,
  variables: { i32: integers, f64: 1 + float32Doubles, v128: 1 },
  body: [
    ...at.set(first.get),
    ...row.set(0),
    ...block(
      loop(
        brIf(1, i32.geS(row.get, rows.get)),
        column.set(0),
        cell.set(i32.add(cells.get, i32.shl(row.get, 3))),
        last.set(lasts.get),
        loop(
          value.set(f64.load(0, cell.get)),
          when(f64.eq(value.get, f64.load(0, last.get)), repeat, [when(f64.eq(value.get, value.get), write)]),
          i32.store8(0, at.get, 0x2c),
          at.advance(1),
          cell.advance(stride.get),
          last.advance(LAST_BYTES),
          column.advance(1),
          brIf(0, i32.ltS(column.get, width.get)),
        ),
        i32.store8(0, i32.sub(at.get, 1), 0x0a),
        row.advance(1),
        br(0),
      ),
    ),
    ...i32.store(layout.result, 0, at.get),
  ],
};
