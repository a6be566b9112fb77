import { local, op, type Code } from "../wasm/code.js";
import type { FunctionSource } from "../wasm/module.js";
import { float32Code, float32Doubles, float32Integers } from "./float32-code.js";
import { FLOAT32, FLOAT64, type Way } from "./load.js";
import { layout } from "./rows-layout.js";

const { add, sub, load, loadByte, store, storeByte, when, leave, leaveIf, loop, block } = op;

/** Bytes for what was written of a column last: the number, where its text begins and ends. */
export const LAST_BYTES = 16;
/** What the function may touch after the text. */
export const OVERRUN = 32;

const parameters = 7;
const [rows, width, first, cells, stride] = [local(0), local(1), local(2), local(3), local(4)];
const [ways, lasts] = [local(5), local(6)];
const [row, column, at, cell, last] = [local(7), local(8), local(9), local(10), local(11)];
const [start, way] = [local(12), local(13)];
const integers = 7 + float32Integers;
const value = local(parameters + integers);
const vector = local(parameters + integers + 1 + float32Doubles);
const isWay = (wanted: Way): Code => op.equal(way.get, wanted);

const repeat: Code[] = [
  start.set(load(last.get, 8)),
  vector.set(op.load128(start.get)),
  op.store128(add(at.get, 16), op.load128(add(start.get, 16))),
  op.store128(at.get, vector.get),
  at.advance(sub(load(last.get, 12), start.get)),
];

const write: Code[] = [
  way.set(loadByte(add(ways.get, column.get))),
  start.set(at.get),
  block(
    float32Code(value, at, isWay(FLOAT32), parameters + 7, parameters + integers + 1),
    at.set(op.call(column.get, row.get, start.get)),
  ),
  when(op.atMost(way.get, FLOAT64), [
    op.storeFloat64(last.get, value.get),
    store(last.get, start.get, 8),
    store(last.get, at.get, 12),
  ]),
];

/**
 * Writes so many rows of `width` columns from the address `first` on: numbers from `cells`, a column after `stride` bytes
 * of the other, in the ways that there is a byte for each of. What is not float32 or not easy is left to the callback,
 * which is given column, row and address and gives back the address after it.
 */
export const rowsFunction: FunctionSource = {
  parameters,
  integers,
  doubles: 1 + float32Doubles,
  vectors: 1,
  body: [
    ...at.set(first.get),
    ...row.set(0),
    ...block(
      loop(
        leaveIf(op.atLeast(row.get, rows.get), 1),
        column.set(0),
        cell.set(add(cells.get, op.shiftLeft(row.get, 3))),
        last.set(lasts.get),
        loop(
          value.set(op.loadFloat64(cell.get)),
          when(op.equalFloat64(value.get, op.loadFloat64(last.get)), repeat, [
            when(op.equalFloat64(value.get, value.get), write),
          ]),
          storeByte(at.get, 0x2c),
          at.advance(1),
          cell.advance(stride.get),
          last.advance(LAST_BYTES),
          column.advance(1),
          leaveIf(op.less(column.get, width.get), 0),
        ),
        storeByte(sub(at.get, 1), 0x0a),
        row.advance(1),
        leave(0),
      ),
    ),
    ...store(0, at.get, layout.result),
  ],
};
