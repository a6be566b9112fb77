import { local, op, type Code, type Local, type Operand } from "../wasm/code.js";
import type { FunctionSource } from "../wasm/module.js";
import { layout } from "./layout.js";
import { BYTE_BITS, FACTOR, HASH_BITS, LONGEST_FOUND, OTHER_FACTOR, WORD } from "./matches.js";
import { COVERED, EVERY, LONG, SHORTEST_PART } from "./parse.js";
import { WINDOW } from "./symbols.js";

const { add, sub, load, loadByte, store, when, leave, leaveIf, loop, block } = op;

const [from, to, lookUpEnd, base] = [local(0), local(1), local(2), local(3)];
const [group, mask, at, address] = [local(4), local(5), local(6), local(7)];
const [done, start, end, distance] = [local(8), local(9), local(10), local(11)];
const [itsStart, itsEnd, itsDistance, length] = [local(12), local(13), local(14), local(15)];
const [word, slot, last, older, limit] = [local(16), local(17), local(18), local(19), local(20)];
const [otherDistance, otherLength] = [local(21), local(22)];
const [items, byte, extra, rest] = [local(23), local(24), local(25), local(26)];

const times4 = (index: Code): Code => op.shiftLeft(index, 2);
const hash = (key: Code): Code => op.shiftRight(op.mul(key, FACTOR | 0), 32 - HASH_BITS);
const keyOfEight = op.xor(
  op.xor(op.mul(word.get, FACTOR | 0), op.shiftRight(word.get, 15)),
  op.mul(load(address.get, WORD), OTHER_FACTOR | 0),
);
const cost = (table: number, index: Code): Code => load(times4(index), table);
const atLeast = (variable: Local, least: Operand): Code =>
  variable.set(op.choose(op.less(variable.get, least), least, variable.get));

/** Both vectors' equal bytes, as bits. */
const equalBytes = (a: Code, b: Code): Code => op.bitmask(op.equalBytes(op.load128(a), op.load128(b)));

/** The symbol of a distance, by way of `extra`, the number of its extra bits. */
const symbolOf = (gap: Code): { readonly set: Code; readonly get: Code } => ({
  set: extra.set(sub(30, op.leadingZeros(op.or(sub(gap, 1), 2)))),
  get: add(op.shiftLeft(extra.get, 1), op.shiftRight(sub(gap, 1), extra.get)),
});

/** As {@link lookedUp}, the points left out. */
const isSeparator = (place: Code): Code => [
  ...byte.set(loadByte(place)),
  ...op.and(
    op.lessUnsigned(byte.get, 0x30),
    op.and(op.notEqual(byte.get, 0x2d), op.notEqual(byte.get, 0x2e)),
  ),
];

/** How far the bytes at `address` agree with those `gap` before them, `limit` at most. */
const compare = (gap: Code, result: Local): Code => [
  ...result.set(0),
  ...block(
    loop(
      rest.set(equalBytes(add(address.get, result.get), sub(add(address.get, result.get), gap))),
      when(op.notEqual(rest.get, 0xffff), [result.advance(op.trailingZeros(op.xor(rest.get, -1))), leave(2)]),
      result.advance(16),
      leaveIf(op.less(result.get, limit.get), 0),
    ),
  ),
  ...result.set(op.choose(op.less(result.get, limit.get), result.get, limit.get)),
];

/** Does this where the place is within the window and its word is that of `at`. */
const whereWordIs = (place: Local, ...body: Code[]): Code =>
  when(op.less(sub(at.get, place.get), WINDOW), [
    when(op.equal(load(add(place.get, base.get)), word.get), body),
  ]);

const saving = (bytes: Local, gap: Local): Code =>
  add(op.mul(bytes.get, BYTE_BITS), op.leadingZeros(gap.get));

const count = (table: number, index: Code): Code => [
  ...byte.set(times4(index)),
  ...store(byte.get, add(load(byte.get, table), 1), table),
];

const takeLiterals = (until: Code): Code =>
  block(
    loop(
      leaveIf(op.atLeast(done.get, until), 1),
      store(items.get, loadByte(add(done.get, base.get))),
      count(layout.literals, load(items.get)),
      items.advance(4),
      done.advance(1),
      leave(0),
    ),
  );

const takeMatch: Code = when(op.greater(end.get, done.get), [
  takeLiterals(start.get),
  store(items.get, op.or(op.shiftLeft(sub(end.get, start.get), 16), distance.get)),
  items.advance(4),
  count(layout.literals, add(loadByte(sub(end.get, start.get), layout.lengthIndex), 257)),
  symbolOf(distance.get).set,
  count(layout.distances, symbolOf(distance.get).get),
  done.set(end.get),
]);

/** Skips the place, from within one block, unless it is to be looked up. */
const nine = op.constant64(0x1010101010101010n);
const skip: Code = when(
  op.equal(loadByte(address.get), 0x2e),
  [leaveIf(op.isZero(op.equal64(op.and64(op.load64(address.get, 2), nine), nine)), 1)],
  [
    when(op.and(at.get, EVERY - 1), [
      when(isSeparator(add(address.get, 1)), [leaveIf(isSeparator(sub(address.get, 1)), 3)]),
    ]),
  ],
);

const findMatch: Code[] = [
  word.set(load(address.get)),
  slot.set(op.shiftLeft(hash(keyOfEight), 3)),
  last.set(load(slot.get, layout.eight)),
  older.set(load(slot.get, layout.eight + 4)),
  store(slot.get, at.get, layout.eight),
  store(slot.get, last.get, layout.eight + 4),
  leaveIf(op.greater(sub(end.get, at.get), COVERED), 0),
  limit.set(sub(to.get, at.get)),
  limit.set(op.choose(op.less(limit.get, LONGEST_FOUND), limit.get, LONGEST_FOUND)),
  length.set(0),
  itsDistance.set(0),
  slot.set(times4(hash(word.get))),
  rest.set(load(slot.get, layout.four)),
  store(slot.get, at.get, layout.four),
  leaveIf(op.less(limit.get, WORD), 0),
  slot.set(rest.get),
  whereWordIs(last, itsDistance.set(sub(at.get, last.get)), compare(itsDistance.get, length)),
  whereWordIs(
    older,
    otherDistance.set(sub(at.get, older.get)),
    compare(otherDistance.get, otherLength),
    when(op.greater(saving(otherLength, otherDistance), saving(length, itsDistance)), [
      length.set(otherLength.get),
      itsDistance.set(otherDistance.get),
    ]),
  ),
  when(op.isZero(length.get), [
    whereWordIs(slot, itsDistance.set(sub(at.get, slot.get)), compare(itsDistance.get, length)),
  ]),
  leaveIf(op.isZero(length.get), 0),
];

/** Bytes before `address` that agree with those `itsDistance` before them, 16 at most. */
const before = op.leadingZeros(
  op.xor(op.shiftLeft(equalBytes(sub(address.get, 16), sub(sub(address.get, 16), itsDistance.get)), 16), -1),
);

const replace: Code[] = [start.set(itsStart.get), end.set(itsEnd.get), distance.set(itsDistance.get)];

const lengthCost = (first: Local, past: Local): Code => cost(layout.lengthCosts, sub(past.get, first.get));

const share: Code = when(op.less(itsStart.get, end.get), [
  when(op.atMost(itsStart.get, start.get), [...replace, leave(2)]),
  when(
    op.atLeast(sub(itsStart.get, start.get), SHORTEST_PART),
    [
      when(
        op.atLeast(sub(itsEnd.get, end.get), SHORTEST_PART),
        [
          when(
            op.less(
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
    [leaveIf(op.less(sub(itsEnd.get, end.get), SHORTEST_PART), 2), itsStart.set(end.get)],
  ),
]);

const skipUnlessItSaves: Code = when(op.less(sub(itsEnd.get, itsStart.get), LONG), [
  symbolOf(itsDistance.get).set,
  rest.set(add(lengthCost(itsStart, itsEnd), cost(layout.distanceCosts, symbolOf(itsDistance.get).get))),
  slot.set(itsStart.get),
  loop(
    rest.set(sub(rest.get, cost(layout.literalCosts, loadByte(add(slot.get, base.get))))),
    slot.advance(1),
    leaveIf(op.less(slot.get, itsEnd.get), 0),
  ),
  leaveIf(op.atLeast(rest.get, 0), 1),
]);

const place: Code = block(
  address.set(add(at.get, base.get)),
  skip,
  ...findMatch,
  itsEnd.set(add(at.get, length.get)),
  leaveIf(op.atMost(itsEnd.get, end.get), 0),
  when(op.equal(itsDistance.get, distance.get), [leaveIf(op.less(at.get, end.get), 1)]),
  when(
    op.greater(at.get, done.get),
    [itsStart.set(sub(at.get, before)), atLeast(itsStart, done.get), atLeast(itsStart, itsDistance.get)],
    [itsStart.set(done.get)],
  ),
  share,
  skipUnlessItSaves,
  takeMatch,
  ...replace,
);

const sixteen = op.load128(add(group.get, base.get));

/**
 * {@link parseBlock} of the places from `from` to `to`, of which those before `lookUpEnd` are looked up; `base` is the
 * address of place 0. What it gives back is the end of the items.
 */
export const parseFunction: FunctionSource = {
  parameters: 4,
  integers: 23,
  longs: 0,
  body: [
    ...[done, start, end, group].flatMap((variable) => variable.set(from.get)),
    ...distance.set(0),
    ...items.set(layout.items),
    ...block(
      loop(
        leaveIf(op.atLeast(group.get, lookUpEnd.get), 1),
        mask.set(
          op.bitmask(
            op.and128(op.lessBytes(sixteen, op.bytes(0x30)), op.unequalBytes(sixteen, op.bytes(0x2d))),
          ),
        ),
        block(
          loop(
            leaveIf(op.isZero(mask.get), 1),
            at.set(add(group.get, op.trailingZeros(mask.get))),
            mask.set(op.and(mask.get, sub(mask.get, 1))),
            leaveIf(op.atLeast(at.get, lookUpEnd.get), 1),
            place,
            leave(0),
          ),
        ),
        group.advance(16),
        leave(0),
      ),
    ),
    ...takeMatch,
    ...takeLiterals(to.get),
    ...store(0, items.get, layout.result),
  ],
};
