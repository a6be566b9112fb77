import {
  block,
  br,
  brIf,
  f32,
  f64,
  i32,
  i64,
  i64x2,
  i8x16,
  select,
  v128,
  variable,
  when,
  type Code,
  type Variable,
} from "@quadrat/core/wasm";
import { ZERO_TO_POINT } from "./digits.js";
import { EXACT_SCALE } from "./float32.js";
import { layout } from "./rows-layout.js";

/** The variables of {@link float32Code}: of i32 and of float64, from given numbers on. */
export const float32Integers = 9;
export const float32Doubles = 6;

const times4 = (index: Code): Code => i32.shl(index, 2);
const times8 = (index: Code): Code => i32.shl(index, 3);
const quad = (index: Code): Code => i32.load(layout.quads, times4(index));
const above = (variable: Variable, limit: number): Code => i32.gtS(variable.get, limit);

/** The next greater float64 of a positive one for 1, itself for 0. */
const next = (number: Code, steps: Code): Code =>
  f64.reinterpretI64(i64.add(i64.reinterpretF64(number), i64.extendI32U(steps)));

/**
 * As {@link writeFloat32}: writes `value` at `at` and leaves the block that this is in; goes on after it, with `at`
 * anywhere, where it is no float32 or it is not sure. How many
 * digits there are is found without branches, which nobody could foresee.
 */
export function float32Code(
  value: Variable,
  at: Variable,
  isFloat32: Code,
  integers: number,
  doubles: number,
): Code {
  const integer = (index: number): Variable => variable(integers + index);
  const double = (index: number): Variable => variable(doubles + index);
  const [significand, whole, count, bits, scale, point] = [
    integer(0),
    integer(1),
    integer(2),
    integer(3),
    integer(4),
    integer(5),
  ];
  const [digits, fewer, rest] = [integer(6), integer(7), integer(8)];
  const [size, thousands, scaled, reach, away, chosen] = [
    double(0),
    double(1),
    double(2),
    double(3),
    double(4),
    double(5),
  ];

  /** An integer below 10,000 without leading zeros. */
  const writeShort = (integer: Variable): Code[] => [
    count.set(i32.add(i32.add(1, above(integer, 9)), i32.add(above(integer, 99), above(integer, 999)))),
    i32.store(0, at.get, i32.shrU(quad(integer.get), i32.sub(32, times8(count.get)))),
    at.advance(count.get),
  ];

  const threePlaces: Code = when(f64.lt(size.get, f64.const(1000)), [
    thousands.set(f64.mul(size.get, f64.const(1000))),
    significand.set(i32.truncF64S(f64.add(thousands.get, f64.const(0.5)))),
    when(f64.lt(f64.abs(f64.sub(thousands.get, f64.convertI32S(significand.get))), f64.const(0.03125)), [
      when(
        f64.eq(
          f64.promoteF32(f32.demoteF64(f64.div(f64.convertI32S(significand.get), f64.const(1000)))),
          size.get,
        ),
        [
          whole.set(i32.divU(significand.get, 1000)),
          ...writeShort(whole),
          significand.set(i32.sub(significand.get, i32.mul(whole.get, 1000))),
          i32.store(0, at.get, i32.sub(quad(significand.get), ZERO_TO_POINT)),
          at.advance(i32.load8U(layout.placeBytes, i32.mul(significand.get, 10))),
          br(4),
        ],
      ),
    ]),
  ]);

  const noPlaces: Code = when(f64.le(size.get, f64.const(2 ** 24)), [
    significand.set(i32.truncF64S(size.get)),
    when(f64.eq(f64.convertI32S(significand.get), size.get), [
      when(i32.ltS(significand.get, 10_000), [...writeShort(significand), br(4)]),
      whole.set(i32.divU(significand.get, 10_000)),
      ...writeShort(whole),
      i32.store(0, at.get, quad(i32.sub(significand.get, i32.mul(whole.get, 10_000)))),
      at.advance(4),
      br(3),
    ]),
  ]);

  const power = (of: Code): Code => f64.load(layout.powers + 8 * 30, times8(of));
  /** The nearest multiple of `unit`. Of two that are as near, either: such a value is not sure. */
  const multiple = (factor: Code, unit: Code): Code =>
    f64.mul(f64.nearest(f64.mul(scaled.get, factor)), unit);
  const distance = (of: Code): Code => f64.abs(f64.sub(scaled.get, of));
  const readsBack = (factor: number, unit: number): Code =>
    f64.lt(distance(multiple(f64.const(factor), f64.const(unit))), reach.get);

  const scaleIt: Code[] = [
    bits.set(i32.reinterpretF32(f32.demoteF64(size.get))),
    brIf(0, i32.eqz(i32.shl(bits.get, 9))),
    rest.set(i32.shrU(bits.get, 23)),
    scale.set(i32.load(layout.scales, times4(rest.get))),
    brIf(0, i32.eqz(i32.ltU(i32.sub(scale.get, 1), EXACT_SCALE))),
    scaled.set(f64.mul(size.get, power(scale.get))),
    scale.set(i32.sub(scale.get, f64.ge(scaled.get, f64.const(1e9)))),
    scaled.set(f64.mul(size.get, power(scale.get))),
    reach.set(f64.mul(f64.load(layout.halfGaps, times8(rest.get)), power(scale.get))),
    // What is as far as half a gap reads back if the mantissa is even.
    reach.set(next(reach.get, i32.eqz(i32.and(bits.get, 1)))),
    point.set(i32.sub(9, scale.get)),
  ];

  const chooseDigits: Code[] = [
    fewer.set(readsBack(0.1, 10)),
    fewer.advance(i32.and(fewer.get, readsBack(0.01, 100))),
    when(
      i32.and(i32.eq(fewer.get, 2), readsBack(0.001, 1000)),
      [
        digits.set(i32.truncF64S(multiple(f64.const(0.001), f64.const(1000)))),
        rest.set(i32.divU(digits.get, 1_000_000)),
        whole.set(i32.sub(i32.divU(digits.get, 1000), i32.mul(rest.get, 1000))),
        count.set(
          select(
            i32.sub(i32.load8U(layout.placeBytes, i32.mul(rest.get, 10)), 1),
            i32.add(2, i32.load8U(layout.placeBytes, i32.mul(whole.get, 10))),
            i32.eqz(whole.get),
          ),
        ),
      ],
      [
        count.set(i32.sub(9, fewer.get)),
        fewer.set(times8(fewer.get)),
        chosen.set(multiple(f64.load(layout.factors, fewer.get), f64.load(layout.units, fewer.get))),
        away.set(distance(chosen.get)),
        digits.set(i32.truncF64S(chosen.get)),
        brIf(
          1,
          i32.eqz(i32.and(f64.lt(away.get, reach.get), f64.lt(away.get, f64.load(layout.ties, fewer.get)))),
        ),
      ],
    ),
    brIf(0, i32.geS(digits.get, 1_000_000_000)),
  ];

  const writeDigits: Code[] = [
    whole.set(i32.divU(digits.get, 100_000_000)),
    digits.set(i32.sub(digits.get, i32.mul(whole.get, 100_000_000))),
    rest.set(i32.divU(digits.get, 10_000)),
    digits.set(i32.sub(digits.get, i32.mul(rest.get, 10_000))),
    when(
      i32.ltU(i32.sub(point.get, 1), i32.sub(count.get, 1)),
      [
        v128.store(
          0,
          at.get,
          i8x16.swizzle(
            i64x2.replaceLane(
              1,
              i64x2.splat(
                i64.or(
                  i64.extendI32U(quad(rest.get)),
                  i64.shl(i64.extendI32U(quad(digits.get)), i64.const(32n)),
                ),
              ),
              i64.extendI32U(i32.add(whole.get, 0x2e30)),
            ),
            v128.load(layout.points, i32.shl(point.get, 4)),
          ),
        ),
        at.advance(i32.add(count.get, 1)),
        br(2),
      ],
      [
        brIf(1, above(point, 0)),
        i64.store(0, at.get, i64.const(0x3030303030302e30n)),
        at.advance(i32.sub(2, point.get)),
        i32.store8(0, at.get, i32.add(whole.get, 0x30)),
        i32.store(1, at.get, quad(rest.get)),
        i32.store(5, at.get, quad(digits.get)),
        at.advance(count.get),
        br(2),
      ],
    ),
  ];

  return [
    ...size.set(f64.abs(value.get)),
    ...i32.store8(0, at.get, 0x2d),
    ...at.advance(f64.lt(value.get, f64.const(0))),
    ...block(brIf(0, i32.eqz(isFloat32)), threePlaces, noPlaces, ...scaleIt, ...chooseDigits, ...writeDigits),
  ];
}
