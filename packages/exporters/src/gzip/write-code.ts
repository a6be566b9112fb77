import {
  block,
  br,
  brIf,
  i32,
  i64,
  loop,
  variable,
  when,
  type Code,
  type FunctionSource,
} from "@quadrat/core/wasm";
import { layout } from "./layout.js";

const [past, firstBits, size] = [variable(0), variable(1), variable(2)];
const [item, out, value, code, extra] = [variable(3), variable(4), variable(5), variable(6), variable(7)];
const bits = variable(8);

const append = (more: Code): Code =>
  bits.set(i64.or(bits.get, i64.shl(i64.extendI32U(more), i64.extendI32U(size.get))));

/** Appends the code of an entry of a table. */
const appendCode = (table: number, index: Code): Code => [
  ...code.set(i32.load(table, i32.shl(index, 2))),
  ...append(i32.and(code.get, 0xffffff)),
  ...size.advance(i32.shrU(code.get, 24)),
];

const less1 = i32.sub(i32.and(value.get, 0xffff), 1);

/**
 * Writes the codes of the items up to the address `past`, after the `size` bits `firstBits`, fewer than 16. What it
 * gives back is the address after the whole bytes, and the bits after these with their number.
 */
export const writeFunction: FunctionSource = {
  parameters: 3,
  variables: { i32: 5, i64: 1 },
  body: [
    ...item.set(layout.items),
    ...out.set(layout.out),
    ...bits.set(i64.extendI32U(firstBits.get)),
    ...block(
      loop(
        brIf(1, i32.geS(item.get, past.get)),
        value.set(i32.load(0, item.get)),
        when(
          i32.ltU(value.get, 256),
          [appendCode(layout.literalCodes, value.get)],
          [
            appendCode(layout.lengthCodes, i32.shrU(value.get, 16)),
            value.set(less1),
            extra.set(i32.sub(30, i32.clz(i32.or(value.get, 2)))),
            appendCode(layout.distanceCodes, i32.add(i32.shl(extra.get, 1), i32.shrU(value.get, extra.get))),
            append(i32.and(value.get, i32.sub(i32.shl(1, extra.get), 1))),
            size.advance(extra.get),
          ],
        ),
        i64.store(0, out.get, bits.get),
        out.advance(i32.shrU(size.get, 3)),
        bits.set(i64.shrU(bits.get, i64.extendI32U(i32.and(size.get, 0x38)))),
        size.set(i32.and(size.get, 7)),
        item.advance(4),
        br(0),
      ),
    ),
    ...i32.store(layout.result, 0, out.get),
    ...i32.store(layout.result + 4, 0, i32.wrapI64(bits.get)),
    ...i32.store(layout.result + 8, 0, size.get),
  ],
};
