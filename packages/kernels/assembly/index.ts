// What the module exports: everything that the TypeScript in src/ calls, by unique names.
export { quads as csvQuads, placeBytes as csvPlaceBytes, writeRows as writeCsvRows } from "./csv-rows";
export {
  literalCounts,
  distanceCounts,
  literalCosts,
  lengthCosts,
  distanceCosts,
  lengthIndex,
  literalCodes,
  lengthCodes,
  distanceCodes,
  lastOfFour,
  lastOfEight,
  items,
  input,
  output,
  bitsLeft,
  bitsLeftCount,
  parseBlock,
  writeItems,
} from "./deflate";
export { nullFloats, nullBits, nullExtremes, separateNulls } from "./float-nulls";
export { undo as undoFloatPlanes } from "./float-planes";
export {
  xs as pointXs,
  ys as pointYs,
  values as pointValues,
  columnAxis,
  rowAxis,
  tolerance as pointTolerance,
  pixels as pointPixels,
  rowBytes as pointRowBytes,
  bilinear2x2of32,
  bilinear2x2of64,
  bilinear32,
  bilinear64,
  cubic32,
  cubic64,
  plainCubic32,
  plainCubic64,
} from "./around-points";
export { findBoxes, cover, cover1x1, cover2x2, cover3x3, cover4x4 } from "./coverage";
export {
  across32,
  across64,
  across32_2_1,
  across32_4_1,
  across32_4_2,
  down,
  downTwo,
  downCounted,
} from "./separable";
export {
  xs as coordinateXs,
  ys as coordinateYs,
  readLongitudes,
  writeLongitudes,
  readProjected,
  writeProjected,
  fromCentralMeridian,
  toCentralMeridian,
  toPixels,
} from "./coordinates";
export { toConformal as conformalSeries, toPlane as planeSeries, transverseMercator } from "./transverse-mercator";
export { toGeographic as authalicSeries, inverseLambertAzimuthal } from "./lambert-azimuthal";
export {
  mode32,
  mode64,
  modeOfClasses,
  modeOfPairs,
  mode32InBoxes,
  mode64InBoxes,
  modeOfClassesInBoxes,
  setClasses,
  strayClass,
} from "./mode";
export { quantile32, quantile64, quantileOfPairs, quantile32InBoxes, quantile64InBoxes } from "./quantile";
export { minimum32, maximum32, minimum64, maximum64, minimumOfPairs, maximumOfPairs } from "./extremes";
export { rms32, rms64, rmsOfPairs } from "./rms";
export {
  stored as storedShorts,
  scaled as scaledShorts,
  lowBytes as shortLowBytes,
  highBytes as shortHighBytes,
  join as joinShorts,
  scaleSigned as scaleSignedShorts,
  scaleUnsigned as scaleUnsignedShorts,
  means as shortMeans,
  meansOfBlocks,
  meansOfSigned as meansOfSignedShorts,
  meansOfUnsigned as meansOfUnsignedShorts,
} from "./stored-shorts";
export { values as exactValues, add as addExactly } from "./exact-sums";
export { heapStart } from "./memory";
