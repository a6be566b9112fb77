import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { geoGraticule } from "d3-geo";
import { mesh } from "topojson-client";
import type { Extent } from "./frame.js";
import type { Line } from "./lines.js";

const require = createRequire(import.meta.url);

/** The coast lines of Natural Earth, as detailed as a part of the globe needs. */
export async function coastLines({ south, north, span }: Extent): Promise<Line[]> {
  const degrees = Math.max(
    north - south,
    span * Math.cos((Math.min(Math.abs(south), Math.abs(north)) * Math.PI) / 180),
  );
  const scale = degrees > 70 ? "110m" : degrees > 12 ? "50m" : "10m";
  const path = require.resolve(`world-atlas/land-${scale}.json`);
  const topology = JSON.parse(await readFile(path, "utf8")) as Parameters<typeof mesh>[0];
  const lines = mesh(topology).coordinates as unknown as readonly Line[];
  return lines.flatMap(withoutFrame);
}

/** Polygons of land are closed along the antimeridian and at the south pole, which are not coasts. */
function withoutFrame(line: Line): Line[] {
  const onFrame = ([lon, lat]: Line[number]): boolean => Math.abs(lon) > 179.999 || lat < -89.999;
  const pieces: Line[number][][] = [[]];
  line.forEach((point, index) => {
    const before = line[index - 1];
    if (before && onFrame(before) && onFrame(point)) pieces.push([]);
    pieces.at(-1)!.push(point);
  });
  return pieces.filter((piece) => piece.length > 1);
}

const graticuleSteps = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001];

/** Meridians and parallels around a part of the globe, at round degrees. */
export function graticule(extent: Extent): { readonly lines: Line[]; readonly step: number } {
  const { south, north, middle, span } = extent;
  const wide = span * Math.cos((((south + north) / 2) * Math.PI) / 180);
  const step = graticuleSteps.find((one) => Math.max(north - south, wide) / one >= 4) ?? 0.001;
  const outwards = (value: number, up: boolean): number => (up ? Math.ceil : Math.floor)(value / step) * step;
  const [west, east] =
    span > 300 ? [-180, 180] : [outwards(middle - span / 2, false), outwards(middle + span / 2, true)];
  const [from, to] = [Math.max(-90, outwards(south, false)), Math.min(90, outwards(north, true))];
  const across: [[number, number], [number, number]] = [
    [west, from],
    [east + step * 1e-6, to + step * 1e-6],
  ];
  const lines = geoGraticule()
    .step([step, step])
    .extentMajor(across)
    .extentMinor(across)
    .precision(Math.min(2.5, step / 8));
  return { lines: lines.lines().map(({ coordinates }) => coordinates as unknown as Line), step };
}
