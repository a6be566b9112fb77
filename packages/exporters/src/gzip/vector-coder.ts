import { instantiate } from "@quadrat/core/wasm";
import type { BlockCoder } from "./coder.js";
import { layout, layoutBytes } from "./layout.js";
import { lookUpMargin } from "./matches.js";
import { parseFunction } from "./parse-code.js";
import { DISTANCES, lengthBases, lengthExtras, lengthIndex, LITERALS_AND_LENGTHS } from "./symbols.js";
import { LONGEST_MATCH, SHORTEST_MATCH, WINDOW } from "./symbols.js";
import { writeFunction } from "./write-code.js";

/** {@link scalarCoder} in WebAssembly, 16 bytes at a time; undefined where that is not to be had. */
export function vectorCoder(): BlockCoder | undefined {
  const made = instantiate({ parse: parseFunction, write: writeFunction }, layoutBytes);
  if (!made) return undefined;
  const { parse, write } = made;
  const { buffer } = made.memory;
  const words = (at: number, length: number): Int32Array => new Int32Array(buffer, at, length);
  const literals = words(layout.literals, LITERALS_AND_LENGTHS);
  const distances = words(layout.distances, DISTANCES);
  const result = words(layout.result, 3);
  const places = words(layout.four, (layout.items - layout.four) / 4);
  const literalCodes = words(layout.literalCodes, 256);
  const lengthCodes = words(layout.lengthCodes, LONGEST_MATCH + 1);
  const distanceCodes = words(layout.distanceCodes, DISTANCES);
  const bytes = new Uint8Array(buffer);
  bytes.set(lengthIndex, layout.lengthIndex);
  let end = layout.items;
  return {
    costs: {
      literals: words(layout.literalCosts, 256),
      lengths: words(layout.lengthCosts, LONGEST_MATCH + 1),
      distances: words(layout.distanceCosts, DISTANCES),
    },
    literals,
    distances,
    clear: () => void places.fill(-WINDOW),
    parse(input, from, to) {
      // The input's place `from` goes after the window, wherever in the input that is.
      const base = layout.input + WINDOW - from;
      const seen = Math.max(0, from - WINDOW);
      bytes.set(input.subarray(seen, to + lookUpMargin), base + seen);
      parse(from, to, Math.min(to, input.length - lookUpMargin + 1), base);
      end = result[0]!;
    },
    write(sink, literalsAndLengths, distanceSymbols) {
      for (let byte = 0; byte < 256; byte++) literalCodes[byte] = entry(literalsAndLengths[byte]!);
      for (let length = SHORTEST_MATCH; length <= LONGEST_MATCH; length++) {
        const index = lengthIndex[length]!;
        const code = literalsAndLengths[257 + index]!;
        lengthCodes[length] = entry(code, length - lengthBases[index]!, lengthExtras[index]);
      }
      for (let symbol = 0; symbol < DISTANCES; symbol++) {
        distanceCodes[symbol] = entry(distanceSymbols[symbol]!);
      }
      write(end, sink.bits, sink.count);
      end = layout.items;
      const written = bytes.subarray(layout.out, result[0]);
      sink.out.set(written, sink.at);
      sink.at += written.length;
      sink.bits = result[1]!;
      sink.count = result[2]!;
    },
  };
}

/** A code as the function reads it, with extra bits after it. */
function entry(code: number, extra = 0, extraBits = 0): number {
  const size = code >>> 16;
  return (code & 0xffff) | (extra << size) | ((size + extraBits) << 24);
}
