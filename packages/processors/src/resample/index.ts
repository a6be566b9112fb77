export { resampleBand } from "./band.js";
export { bandEnd } from "./band-rows.js";
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
