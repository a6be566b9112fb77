export { resampleBand, type BandUse } from "./band.js";
export { resampleFractions } from "./fractions-band.js";
export type { ClassGroups } from "./methods/class-fractions.js";
export type { ClassLists, PartFacts } from "./methods/class-lists.js";
export { bandEnd, type MostCells } from "./band-rows.js";
export { defaultMethod, resultType } from "./methods/methods.js";
export type { CoordinateTransform, ResamplingInput } from "./mapping/pixel-map.js";
export {
  cellsGrow,
  planGeometry,
  planResampling,
  planSource,
  type PlanGeometry,
  type ResamplePlan,
  type ResampleRequest,
} from "./plan.js";
