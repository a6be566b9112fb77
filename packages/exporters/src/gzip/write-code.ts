import { local, op, type Code } from "../wasm/code.js";
import type { FunctionSource } from "../wasm/module.js";
import { layout } from "./layout.js";

const { add, sub, load, store, when, leave, leaveIf, loop, block } = op;

const [past, firstBits, size] = [local(0), local(1), local(2)];
const [item, out, value, code, extra] = [local(3), local(4), local(5), local(6), local(7)];
const bits = local(8);

const append = (more: Code): Code =>
  bits.set(op.or64(bits.get, op.shiftLeft64(op.extend(more), op.extend(size.get))));

/** Appends the code of an entry of a table. */
const appendCode = (table: number, index: Code): Code => [
  ...code.set(load(op.shiftLeft(index, 2), table)),
  ...append(op.and(code.get, 0xffffff)),
  ...size.advance(op.shiftRight(code.get, 24)),
];

const less1 = sub(op.and(value.get, 0xffff), 1);

/**
 * Writes the codes of the items up to the address `past`, after the `size` bits `firstBits`, fewer than 16. What it
 * gives back is the address after the whole bytes, and the bits after these with their number.
 */
export const writeFunction: FunctionSource = {
  parameters: 3,
  integers: 5,
  longs: 1,
  body: [
    ...item.set(layout.items),
    ...out.set(layout.out),
    ...bits.set(op.extend(firstBits.get)),
    ...block(
      loop(
        leaveIf(op.atLeast(item.get, past.get), 1),
        value.set(load(item.get)),
        when(
          op.lessUnsigned(value.get, 256),
          [appendCode(layout.literalCodes, value.get)],
          [
            appendCode(layout.lengthCodes, op.shiftRight(value.get, 16)),
            value.set(less1),
            extra.set(sub(30, op.leadingZeros(op.or(value.get, 2)))),
            appendCode(
              layout.distanceCodes,
              add(op.shiftLeft(extra.get, 1), op.shiftRight(value.get, extra.get)),
            ),
            append(op.and(value.get, sub(op.shiftLeft(1, extra.get), 1))),
            size.advance(extra.get),
          ],
        ),
        op.store64(out.get, bits.get),
        out.advance(op.shiftRight(size.get, 3)),
        bits.set(op.shiftRight64(bits.get, op.extend(op.and(size.get, 0x38)))),
        size.set(op.and(size.get, 7)),
        item.advance(4),
        leave(0),
      ),
    ),
    ...store(0, out.get, layout.result),
    ...store(0, op.wrap(bits.get), layout.result + 4),
    ...store(0, size.get, layout.result + 8),
  ],
};
