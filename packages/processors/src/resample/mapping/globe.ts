import { latitudeAt, longitudeStep, turnsBetween, type PixelMap } from "./pixel-map.js";

export interface Step {
  x: number;
  y: number;
}

/** The step from one point to another, in pixels, the short way round the globe. */
export function shortStep(
  { affine, turn }: PixelMap,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  step: Step,
): Step {
  step.x = x1 - x0;
  step.y = y1 - y0;
  if (turn) {
    const turns = turnsBetween(affine, step.x, step.y);
    if (turns) {
      step.x -= turns * turn.x;
      step.y -= turns * turn.y;
    }
  }
  return step;
}

/** The length of a step from (x, y), in pixels; steps to the east and west count less towards the poles. */
export function groundLength(
  { affine, turn }: PixelMap,
  { x: dx, y: dy }: Step,
  x: number,
  y: number,
): number {
  if (!turn) return Math.hypot(dx, dy);
  const share = longitudeStep(affine, dx, dy) / 360;
  const latitude = Math.min(90, Math.abs(latitudeAt(affine, x + dx / 2, y + dy / 2)));
  const narrow = Math.cos((latitude * Math.PI) / 180) - 1;
  return Math.hypot(dx + share * turn.x * narrow, dy + share * turn.y * narrow);
}

/** A step to or from a pole, which has no longitude of its own, without its change of longitude. */
export function alongMeridian({ affine, turn }: PixelMap, step: Step): Step {
  const share = longitudeStep(affine, step.x, step.y) / 360;
  step.x -= share * turn!.x;
  step.y -= share * turn!.y;
  return step;
}
