import { putBits, type BitSink } from "../../../src/gzip/bits.js";
import type { BlockCoder } from "../../../src/gzip/coder.js";
import { createCosts } from "../../../src/gzip/costs.js";
import { clearFinder, matchFinder } from "./matches.js";
import { blockSymbols, parseBlock } from "./parse.js";
import { lengthBases, lengthExtras, lengthIndex } from "../../../src/gzip/symbols.js";
import { distanceExtra, distanceSymbol } from "./distances.js";

/** What the kernel does, in plain TypeScript: the reference of its bits. */
export function referenceCoder(): BlockCoder {
  const finder = matchFinder();
  const costs = createCosts();
  const symbols = blockSymbols();
  const { items } = symbols;
  return {
    costs,
    literals: symbols.literals,
    distances: symbols.distances,
    clear: () => clearFinder(finder),
    parse: (input, from, to) => parseBlock(symbols, costs, finder, input, from, to),
    write(sink, literals, distances) {
      for (let i = 0; i < symbols.count; i++) writeItem(sink, items[i]!, literals, distances);
      symbols.count = 0;
    },
  };
}

function writeItem(sink: BitSink, item: number, literals: Uint32Array, distances: Uint32Array): void {
  if (item < 256) return putCode(sink, literals[item]!);
  const length = item >>> 16;
  const distance = item & 0xffff;
  const index = lengthIndex[length]!;
  putCode(sink, literals[index + 257]!);
  putBits(sink, length - lengthBases[index]!, lengthExtras[index]!);
  const extra = distanceExtra(distance);
  putCode(sink, distances[distanceSymbol(distance, extra)]!);
  putBits(sink, (distance - 1) & ((1 << extra) - 1), extra);
}

function putCode(sink: BitSink, code: number): void {
  putBits(sink, code & 0xffff, code >>> 16);
}
