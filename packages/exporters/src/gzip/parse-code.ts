import { block, br, brIf, i32, i64, i8x16, loop, select, v128, variable, when } from "@quadrat/core/wasm";
import type { Code, FunctionSource, Operand, Variable } from "@quadrat/core/wasm";
import { layout } from "./layout.js";
import { BYTE_BITS, FACTOR, HASH_BITS, LONGEST_FOUND, OTHER_FACTOR, WORD } from "./matches.js";
import { COVERED, EVERY, LONG, SHORTEST_PART } from "./parse.js";
import { WINDOW } from "./symbols.js";

const { add, sub, load, load8U, store } = i32;

const [from, to, lookUpEnd, base] = [variable(0), variable(1), variable(2), variable(3)];
const [group, mask, at, address] = [variable(4), variable(5), variable(6), variable(7)];
const [done, start, end, distance] = [variable(8), variable(9), variable(10), variable(11)];
const [itsStart, itsEnd, itsDistance, length] = [variable(12), variable(13), variable(14), variable(15)];
const [word, slot, last, older, limit] = [
  variable(16),
  variable(17),
  variable(18),
  variable(19),
  variable(20),
];
const [otherDistance, otherLength] = [variable(21), variable(22)];
const [items, byte, extra, rest] = [variable(23), variable(24), variable(25), variable(26)];

const times4 = (index: Code): Code => i32.shl(index, 2);
const hash = (key: Code): Code => i32.shrU(i32.mul(key, FACTOR | 0), 32 - HASH_BITS);
const keyOfEight = i32.xor(
  i32.xor(i32.mul(word.get, FACTOR | 0), i32.shrU(word.get, 15)),
  i32.mul(load(WORD, address.get), OTHER_FACTOR | 0),
);
const cost = (table: number, index: Code): Code => load(table, times4(index));
const atLeast = (variable: Variable, least: Operand): Code =>
  variable.set(select(least, variable.get, i32.ltS(variable.get, least)));

/** Both vectors' equal bytes, as bits. */
const equalBytes = (a: Code, b: Code): Code => i8x16.bitmask(i8x16.eq(v128.load(0, a), v128.load(0, b)));

/** The symbol of a distance, by way of `extra`, the number of its extra bits. */
const symbolOf = (gap: Code): { readonly set: Code; readonly get: Code } => ({
  set: extra.set(sub(30, i32.clz(i32.or(sub(gap, 1), 2)))),
  get: add(i32.shl(extra.get, 1), i32.shrU(sub(gap, 1), extra.get)),
});

/** As {@link lookedUp}, the points left out. */
const isSeparator = (place: Code): Code => [
  ...byte.set(load8U(0, place)),
  ...i32.and(i32.ltU(byte.get, 0x30), i32.and(i32.ne(byte.get, 0x2d), i32.ne(byte.get, 0x2e))),
];

/** How far the bytes at `address` agree with those `gap` before them, `limit` at most. */
const compare = (gap: Code, result: Variable): Code => [
  ...result.set(0),
  ...block(
    loop(
      rest.set(equalBytes(add(address.get, result.get), sub(add(address.get, result.get), gap))),
      when(i32.ne(rest.get, 0xffff), [result.advance(i32.ctz(i32.xor(rest.get, -1))), br(2)]),
      result.advance(16),
      brIf(0, i32.ltS(result.get, limit.get)),
    ),
  ),
  ...result.set(select(result.get, limit.get, i32.ltS(result.get, limit.get))),
];

/** Does this where the place is within the window and its word is that of `at`. */
const whereWordIs = (place: Variable, ...body: Code[]): Code =>
  when(i32.ltS(sub(at.get, place.get), WINDOW), [
    when(i32.eq(load(0, add(place.get, base.get)), word.get), body),
  ]);

const saving = (bytes: Variable, gap: Variable): Code => add(i32.mul(bytes.get, BYTE_BITS), i32.clz(gap.get));

const count = (table: number, index: Code): Code => [
  ...byte.set(times4(index)),
  ...store(table, byte.get, add(load(table, byte.get), 1)),
];

const takeLiterals = (until: Code): Code =>
  block(
    loop(
      brIf(1, i32.geS(done.get, until)),
      store(0, items.get, load8U(0, add(done.get, base.get))),
      count(layout.literals, load(0, items.get)),
      items.advance(4),
      done.advance(1),
      br(0),
    ),
  );

const takeMatch: Code = when(i32.gtS(end.get, done.get), [
  takeLiterals(start.get),
  store(0, items.get, i32.or(i32.shl(sub(end.get, start.get), 16), distance.get)),
  items.advance(4),
  count(layout.literals, add(load8U(layout.lengthIndex, sub(end.get, start.get)), 257)),
  symbolOf(distance.get).set,
  count(layout.distances, symbolOf(distance.get).get),
  done.set(end.get),
]);

/** Skips the place, from within one block, unless it is to be looked up. */
const nine = i64.const(0x1010101010101010n);
const skip: Code = when(
  i32.eq(load8U(0, address.get), 0x2e),
  [brIf(1, i32.eqz(i64.eq(i64.and(i64.load(2, address.get), nine), nine)))],
  [
    when(i32.and(at.get, EVERY - 1), [
      when(isSeparator(add(address.get, 1)), [brIf(3, isSeparator(sub(address.get, 1)))]),
    ]),
  ],
);

const findMatch: Code[] = [
  word.set(load(0, address.get)),
  slot.set(i32.shl(hash(keyOfEight), 3)),
  last.set(load(layout.eight, slot.get)),
  older.set(load(layout.eight + 4, slot.get)),
  store(layout.eight, slot.get, at.get),
  store(layout.eight + 4, slot.get, last.get),
  brIf(0, i32.gtS(sub(end.get, at.get), COVERED)),
  limit.set(sub(to.get, at.get)),
  limit.set(select(limit.get, LONGEST_FOUND, i32.ltS(limit.get, LONGEST_FOUND))),
  length.set(0),
  itsDistance.set(0),
  slot.set(times4(hash(word.get))),
  rest.set(load(layout.four, slot.get)),
  store(layout.four, slot.get, at.get),
  brIf(0, i32.ltS(limit.get, WORD)),
  slot.set(rest.get),
  whereWordIs(last, itsDistance.set(sub(at.get, last.get)), compare(itsDistance.get, length)),
  whereWordIs(
    older,
    otherDistance.set(sub(at.get, older.get)),
    compare(otherDistance.get, otherLength),
    when(i32.gtS(saving(otherLength, otherDistance), saving(length, itsDistance)), [
      length.set(otherLength.get),
      itsDistance.set(otherDistance.get),
    ]),
  ),
  when(i32.eqz(length.get), [
    whereWordIs(slot, itsDistance.set(sub(at.get, slot.get)), compare(itsDistance.get, length)),
  ]),
  brIf(0, i32.eqz(length.get)),
];

/** Bytes before `address` that agree with those `itsDistance` before them, 16 at most. */
const before = i32.clz(
  i32.xor(i32.shl(equalBytes(sub(address.get, 16), sub(sub(address.get, 16), itsDistance.get)), 16), -1),
);

const replace: Code[] = [start.set(itsStart.get), end.set(itsEnd.get), distance.set(itsDistance.get)];

const lengthCost = (first: Variable, past: Variable): Code =>
  cost(layout.lengthCosts, sub(past.get, first.get));

const share: Code = when(i32.ltS(itsStart.get, end.get), [
  when(i32.leS(itsStart.get, start.get), [...replace, br(2)]),
  when(
    i32.geS(sub(itsStart.get, start.get), SHORTEST_PART),
    [
      when(
        i32.geS(sub(itsEnd.get, end.get), SHORTEST_PART),
        [
          when(
            i32.ltS(
              add(lengthCost(start, itsStart), lengthCost(itsStart, itsEnd)),
              add(lengthCost(start, end), lengthCost(end, itsEnd)),
            ),
            [end.set(itsStart.get)],
            [itsStart.set(end.get)],
          ),
        ],
        [end.set(itsStart.get)],
      ),
    ],
    [brIf(2, i32.ltS(sub(itsEnd.get, end.get), SHORTEST_PART)), itsStart.set(end.get)],
  ),
]);

const skipUnlessItSaves: Code = when(i32.ltS(sub(itsEnd.get, itsStart.get), LONG), [
  symbolOf(itsDistance.get).set,
  rest.set(add(lengthCost(itsStart, itsEnd), cost(layout.distanceCosts, symbolOf(itsDistance.get).get))),
  slot.set(itsStart.get),
  loop(
    rest.set(sub(rest.get, cost(layout.literalCosts, load8U(0, add(slot.get, base.get))))),
    slot.advance(1),
    brIf(0, i32.ltS(slot.get, itsEnd.get)),
  ),
  brIf(1, i32.geS(rest.get, 0)),
]);

const place: Code = block(
  address.set(add(at.get, base.get)),
  skip,
  ...findMatch,
  itsEnd.set(add(at.get, length.get)),
  brIf(0, i32.leS(itsEnd.get, end.get)),
  when(i32.eq(itsDistance.get, distance.get), [brIf(1, i32.ltS(at.get, end.get))]),
  when(
    i32.gtS(at.get, done.get),
    [itsStart.set(sub(at.get, before)), atLeast(itsStart, done.get), atLeast(itsStart, itsDistance.get)],
    [itsStart.set(done.get)],
  ),
  share,
  skipUnlessItSaves,
  takeMatch,
  ...replace,
);

const sixteen = v128.load(0, add(group.get, base.get));

/**
 * {@link parseBlock} of the places from `from` to `to`, of which those before `lookUpEnd` are looked up; `base` is the
 * address of place 0. What it gives back is the end of the items.
 */
export const parseFunction: FunctionSource = {
  parameters: 4,
  variables: { i32: 23 },
  body: [
    ...[done, start, end, group].flatMap((variable) => variable.set(from.get)),
    ...distance.set(0),
    ...items.set(layout.items),
    ...block(
      loop(
        brIf(1, i32.geS(group.get, lookUpEnd.get)),
        mask.set(
          i8x16.bitmask(
            v128.and(i8x16.ltU(sixteen, i8x16.const(0x30)), i8x16.ne(sixteen, i8x16.const(0x2d))),
          ),
        ),
        block(
          loop(
            brIf(1, i32.eqz(mask.get)),
            at.set(add(group.get, i32.ctz(mask.get))),
            mask.set(i32.and(mask.get, sub(mask.get, 1))),
            brIf(1, i32.geS(at.get, lookUpEnd.get)),
            place,
            br(0),
          ),
        ),
        group.advance(16),
        br(0),
      ),
    ),
    ...takeMatch,
    ...takeLiterals(to.get),
    ...store(layout.result, 0, items.get),
  ],
};
