import { local, op, type Code, type Local } from "../wasm/code.js";
import { ZERO_TO_POINT } from "./digits.js";
import { EXACT_SCALE } from "./float32.js";
import { layout } from "./rows-layout.js";

const { add, sub, load, loadByte, when, leave, leaveIf, block, float64 } = op;

/** The variables of {@link float32Code}: of i32 and of float64, from given numbers on. */
export const float32Integers = 9;
export const float32Doubles = 6;

const times4 = (index: Code): Code => op.shiftLeft(index, 2);
const times8 = (index: Code): Code => op.shiftLeft(index, 3);
const quad = (index: Code): Code => load(times4(index), layout.quads);
const above = (variable: Local, limit: number): Code => op.greater(variable.get, limit);

/**
 * As {@link writeFloat32}: writes `value` at `at` and leaves the block that this is in; goes on after it, with `at`
 * anywhere, where it is no float32 or it is not sure. How many
 * digits there are is found without branches, which nobody could foresee.
 */
export function float32Code(
  value: Local,
  at: Local,
  isFloat32: Code,
  integers: number,
  doubles: number,
): Code {
  const i32 = (index: number): Local => local(integers + index);
  const f64 = (index: number): Local => local(doubles + index);
  const [significand, whole, count, bits, scale, point] = [i32(0), i32(1), i32(2), i32(3), i32(4), i32(5)];
  const [digits, fewer, rest] = [i32(6), i32(7), i32(8)];
  const [size, thousands, scaled, reach, away, chosen] = [f64(0), f64(1), f64(2), f64(3), f64(4), f64(5)];

  /** An integer below 10,000 without leading zeros. */
  const writeShort = (integer: Local): Code[] => [
    count.set(add(add(1, above(integer, 9)), add(above(integer, 99), above(integer, 999)))),
    op.store(at.get, op.shiftRight(quad(integer.get), sub(32, times8(count.get)))),
    at.advance(count.get),
  ];

  const threePlaces: Code = when(op.lessFloat64(size.get, float64(1000)), [
    thousands.set(op.mulFloat64(size.get, float64(1000))),
    significand.set(op.truncate(op.addFloat64(thousands.get, float64(0.5)))),
    when(
      op.lessFloat64(
        op.absolute(op.subFloat64(thousands.get, op.toFloat64(significand.get))),
        float64(0.03125),
      ),
      [
        when(
          op.equalFloat64(op.round32(op.divFloat64(op.toFloat64(significand.get), float64(1000))), size.get),
          [
            whole.set(op.divUnsigned(significand.get, 1000)),
            ...writeShort(whole),
            significand.set(sub(significand.get, op.mul(whole.get, 1000))),
            op.store(at.get, sub(quad(significand.get), ZERO_TO_POINT)),
            at.advance(loadByte(op.mul(significand.get, 10), layout.placeBytes)),
            leave(4),
          ],
        ),
      ],
    ),
  ]);

  const integer: Code = when(op.atMostFloat64(size.get, float64(2 ** 24)), [
    significand.set(op.truncate(size.get)),
    when(op.equalFloat64(op.toFloat64(significand.get), size.get), [
      when(op.less(significand.get, 10_000), [...writeShort(significand), leave(4)]),
      whole.set(op.divUnsigned(significand.get, 10_000)),
      ...writeShort(whole),
      op.store(at.get, quad(sub(significand.get, op.mul(whole.get, 10_000)))),
      at.advance(4),
      leave(3),
    ]),
  ]);

  const power = (of: Code): Code => op.loadFloat64(times8(of), layout.powers + 8 * 30);
  /** The nearest multiple of `unit`. Of two that are as near, either: such a value is not sure. */
  const multiple = (factor: Code, unit: Code): Code =>
    op.mulFloat64(op.nearest(op.mulFloat64(scaled.get, factor)), unit);
  const distance = (of: Code): Code => op.absolute(op.subFloat64(scaled.get, of));
  const readsBack = (factor: number, unit: number): Code =>
    op.lessFloat64(distance(multiple(float64(factor), float64(unit))), reach.get);

  const scaleIt: Code[] = [
    bits.set(op.bitsOfFloat32(size.get)),
    leaveIf(op.isZero(op.shiftLeft(bits.get, 9)), 0),
    rest.set(op.shiftRight(bits.get, 23)),
    scale.set(load(times4(rest.get), layout.scales)),
    leaveIf(op.isZero(op.lessUnsigned(sub(scale.get, 1), EXACT_SCALE)), 0),
    scaled.set(op.mulFloat64(size.get, power(scale.get))),
    scale.set(sub(scale.get, op.atLeastFloat64(scaled.get, float64(1e9)))),
    scaled.set(op.mulFloat64(size.get, power(scale.get))),
    reach.set(op.mulFloat64(op.loadFloat64(times8(rest.get), layout.halfGaps), power(scale.get))),
    // What is as far as half a gap reads back if the mantissa is even.
    reach.set(op.next(reach.get, op.isZero(op.and(bits.get, 1)))),
    point.set(sub(9, scale.get)),
  ];

  const chooseDigits: Code[] = [
    fewer.set(readsBack(0.1, 10)),
    fewer.advance(op.and(fewer.get, readsBack(0.01, 100))),
    when(
      op.and(op.equal(fewer.get, 2), readsBack(0.001, 1000)),
      [
        digits.set(op.truncate(multiple(float64(0.001), float64(1000)))),
        rest.set(op.divUnsigned(digits.get, 1_000_000)),
        whole.set(sub(op.divUnsigned(digits.get, 1000), op.mul(rest.get, 1000))),
        count.set(
          op.choose(
            op.isZero(whole.get),
            sub(loadByte(op.mul(rest.get, 10), layout.placeBytes), 1),
            add(2, loadByte(op.mul(whole.get, 10), layout.placeBytes)),
          ),
        ),
      ],
      [
        count.set(sub(9, fewer.get)),
        fewer.set(times8(fewer.get)),
        chosen.set(
          multiple(op.loadFloat64(fewer.get, layout.factors), op.loadFloat64(fewer.get, layout.units)),
        ),
        away.set(distance(chosen.get)),
        digits.set(op.truncate(chosen.get)),
        leaveIf(
          op.isZero(
            op.and(
              op.lessFloat64(away.get, reach.get),
              op.lessFloat64(away.get, op.loadFloat64(fewer.get, layout.ties)),
            ),
          ),
          1,
        ),
      ],
    ),
    leaveIf(op.atLeast(digits.get, 1_000_000_000), 0),
  ];

  const writeDigits: Code[] = [
    whole.set(op.divUnsigned(digits.get, 100_000_000)),
    digits.set(sub(digits.get, op.mul(whole.get, 100_000_000))),
    rest.set(op.divUnsigned(digits.get, 10_000)),
    digits.set(sub(digits.get, op.mul(rest.get, 10_000))),
    when(
      op.lessUnsigned(sub(point.get, 1), sub(count.get, 1)),
      [
        op.store128(
          at.get,
          op.swizzle(
            op.pair(
              op.or64(
                op.extend(quad(rest.get)),
                op.shiftLeft64(op.extend(quad(digits.get)), op.constant64(32n)),
              ),
              op.extend(add(whole.get, 0x2e30)),
            ),
            op.load128(op.shiftLeft(point.get, 4), layout.points),
          ),
        ),
        at.advance(add(count.get, 1)),
        leave(2),
      ],
      [
        leaveIf(above(point, 0), 1),
        op.store64(at.get, op.constant64(0x3030303030302e30n)),
        at.advance(sub(2, point.get)),
        op.storeByte(at.get, add(whole.get, 0x30)),
        op.store(at.get, quad(rest.get), 1),
        op.store(at.get, quad(digits.get), 5),
        at.advance(count.get),
        leave(2),
      ],
    ),
  ];

  return [
    ...size.set(op.absolute(value.get)),
    ...op.storeByte(at.get, 0x2d),
    ...at.advance(op.lessFloat64(value.get, float64(0))),
    ...block(
      leaveIf(op.isZero(isFloat32), 0),
      threePlaces,
      integer,
      ...scaleIt,
      ...chooseDigits,
      ...writeDigits,
    ),
  ];
}
