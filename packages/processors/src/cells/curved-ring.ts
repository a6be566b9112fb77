import type { Pole, PolarPoints } from "./polar-plane.js";

/**
 * The area inside of a closed line through points that are alternately corners and the middles between two of them: each piece
 * from corner to corner is taken for a parabola. Positive for a line that runs anticlockwise.
 */
export function curvedArea(points: PolarPoints, line: readonly number[], pole: Pole): number {
  const [fromX, fromY] = [points.x(line[0]!, pole), points.y(line[0]!, pole)];
  let [x, y] = [0, 0];
  let area = 0;
  for (let i = 0; i < line.length; i += 2) {
    const middle = line[i + 1]!;
    const next = line[(i + 2) % line.length]!;
    const [middleX, middleY] = [points.x(middle, pole) - fromX, points.y(middle, pole) - fromY];
    const [nextX, nextY] = [points.x(next, pole) - fromX, points.y(next, pole) - fromY];
    const chord = (x * nextY - nextX * y) / 2;
    const triangle = ((middleX - x) * (nextY - y) - (nextX - x) * (middleY - y)) / 2;
    area += chord + (4 / 3) * triangle;
    [x, y] = [nextX, nextY];
  }
  return area;
}

/** The pole on whose side of the equator most of the points are. */
export function poleOf(points: PolarPoints, line: readonly number[]): Pole {
  let sum = 0;
  for (const point of line) sum += points.sine(point);
  return sum < 0 ? -1 : 1;
}
