import { placesFrom } from "@quadrat/core/wasm";
import { placeBytes, quads } from "./digits.js";
import { halfGaps, powers, scales, TOLERANCE } from "./float32.js";

const places = placesFrom();
const { take } = places;

/** Where the tables lie that {@link rowsFunction} reads, in bytes; after them, what depends on the number of columns. */
export const layout = {
  /** The position after the text. */
  result: take(4),
  quads: take(quads.byteLength),
  placeBytes: take(placeBytes.byteLength),
  powers: take(powers.byteLength),
  scales: take(256 * 4),
  halfGaps: take(256 * 8),
  /** For nine, eight and seven digits: what brings their last before the point and back, and how far the nearest is at most. */
  factors: take(3 * 8),
  units: take(3 * 8),
  ties: take(3 * 8),
  /** For each place of the point, where 16 bytes come from: nine digits with the point among them. */
  points: take(10 * 16),
} as const;

export const layoutBytes = places.bytes;

/** No scale: infinity has none. */
const NONE = 99;

export function fillTables(buffer: ArrayBuffer): void {
  new Uint32Array(buffer, layout.quads).set(quads);
  new Uint8Array(buffer, layout.placeBytes).set(placeBytes);
  new Float64Array(buffer, layout.powers).set(powers);
  new Int32Array(buffer, layout.scales).set([...scales, NONE]);
  new Float64Array(buffer, layout.halfGaps).set(halfGaps);
  new Float64Array(buffer, layout.factors).set([1, 0.1, 0.01]);
  new Float64Array(buffer, layout.units).set([1, 10, 100]);
  new Float64Array(buffer, layout.ties).set([0.5 - TOLERANCE, 5 - TOLERANCE, 50 - TOLERANCE]);
  const points = new Uint8Array(buffer, layout.points);
  for (let point = 1; point < 9; point++) {
    // The first digit is byte 8, the point byte 9, the other digits bytes 0 to 7.
    const order = [8, 0, 1, 2, 3, 4, 5, 6, 7];
    order.splice(point, 0, 9);
    points.set(order, 16 * point);
  }
}
