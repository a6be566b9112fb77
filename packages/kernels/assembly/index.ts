// What the module exports: everything that the TypeScript in src/ calls, by unique names.
export { quads as csvQuads, placeBytes as csvPlaceBytes, writeRows as writeCsvRows } from "./csv-rows";
export {
  literals as literalCounts,
  distances as distanceCounts,
  literalCosts,
  lengthCosts,
  distanceCosts,
  lengthIndex,
  literalCodes,
  lengthCodes,
  distanceCodes,
  four as lastOfFour,
  eight as lastOfEight,
  items,
  input,
  out as output,
  bits,
  size as bitCount,
  parse as parseBlock,
  write as writeItems,
} from "./deflate";
export {
  floats as nullFloats,
  bits as nullBits,
  extremes as nullExtremes,
  separate as separateNulls,
} from "./float-nulls";
export { undo as undoFloatPlanes } from "./float-planes";
export { heapStart } from "./memory";
