import { createTransform, parseCrs } from "@quadrat/crs";
import { isQuadratError } from "@quadrat/core";
import type { RecordsOverview } from "@quadrat/core/host";
import type { PageContext } from "./context.js";
import { extentOf, frameWidth, type Frame } from "./frame.js";
import { coastLines } from "./globe-lines.js";
import { html, marked, table, type Html } from "./html.js";
import { pathOf } from "./lines.js";
import { numberText, percentText, pointText } from "./numbers.js";

/** What became of the records of tables. */
export async function records(context: PageContext): Promise<Html | undefined> {
  const all = context.overview.records.filter((one) => !one.polygons);
  if (all.length === 0) return undefined;
  const rows = all.map(({ dataset, read, used, leftOut, flagged }) => [
    html`<code>${dataset}</code>`,
    numberText(read),
    html`${numberText(used)}<br /><span class="note">${percentText(used, read)}</span>`,
    reasons(leftOut, read),
    reasons(flagged, read),
  ]);
  const pictures: Html[] = [];
  for (const one of all) {
    const picture = await placesOf(one, context.frame);
    if (picture) pictures.push(picture);
  }
  return html`<section aria-labelledby="records">
    <h2 id="records">Records</h2>
    <p>
      What became of the records of each table. <code>quadrat sql "FROM verdicts.NAME"</code> lists them one
      by one.
    </p>
    ${table("Records of each table", ["dataset", "read", "used", "left out", "used, but flagged"], rows, [1, 2])}
    ${pictures.length > 0 && html`<div class="maps">${pictures}</div>`}
  </section>`;
}

export function reasons(found: RecordsOverview["leftOut"], read: number): Html | string {
  if (found.length === 0) return "none";
  const each = found.map(
    ({ why, count }) =>
      html`<li>
        ${numberText(count)} ${marked(why)} <span class="note">${percentText(count, read)}</span>
      </li>`,
  );
  return html`<ul class="plain-list">
    ${each}
  </ul>`;
}

type Point = readonly [lon: number, lat: number, count: number];

/** A map of where records were left out, as far as the store says where they are. */
async function placesOf(one: RecordsOverview, grid: Frame): Promise<Html | undefined> {
  if (!one.places || !grid.toGlobe) return undefined;
  const points = toGlobe(one, grid);
  if (points.length === 0) return undefined;
  const outline = outlineOf(grid);
  const frame = frameAround([...points, ...outline]);
  const extent = extentOf(frame);
  if (!extent) return undefined;
  const marks = points.map(([lon, lat, count]) => {
    const x = ((lon - frame.xmin) / (frame.xmax - frame.xmin)) * frameWidth;
    const y = ((frame.ymax - lat) / (frame.ymax - frame.ymin)) * frame.height;
    return html`<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius(count)}"
      ><title>${pointText([lon, lat])}: ${numberText(count)}</title></circle
    >`;
  });
  const left = one.leftOut.reduce((sum, { count }) => sum + count, 0);
  const busiest = points[0]!;
  const text = `${numberText(one.placed)} of ${numberText(left)} records of ${one.dataset} that were left out, where the store knows their coordinates; most, ${numberText(busiest[2])}, near ${pointText(busiest.slice(0, 2))}`;
  return html`<figure>
    <figcaption><h3>Left out of ${one.dataset}</h3></figcaption>
    <div class="map plain" style="aspect-ratio:${frameWidth}/${frame.height}">
      <svg class="overlay" viewBox="0 0 ${frameWidth} ${frame.height}" role="img" aria-label="Map of ${text}">
        <path class="land" d="${pathOf(await coastLines(extent), frame)}" />
        <path class="outline" d="${pathOf([outline], frame)}" />
        ${marks}
      </svg>
    </div>
    <p class="note">${text}. The frame is the grid's outline.</p>
  </figure>`;
}

function radius(count: number): number {
  return Math.min(40, Math.round(8 + 3 * Math.log2(count)));
}

/** The places in degrees; none where they are in a system that is not known. */
function toGlobe({ places, crs }: RecordsOverview, grid: Frame): Point[] {
  try {
    const transform = crs === undefined ? undefined : createTransform(parseCrs(crs), parseCrs("EPSG:4326"));
    const xs = Float64Array.from(places!, ({ x }) => x);
    const ys = Float64Array.from(places!, ({ y }) => y);
    transform?.transform(xs, ys);
    const middle = outlineMiddle(grid);
    return places!.flatMap(({ count }, index): Point[] => {
      const [lon, lat] = [xs[index]!, ys[index]!];
      if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 540)) return [];
      return [[lon - 360 * Math.round((lon - middle) / 360), lat, count]];
    });
  } catch (error) {
    if (isQuadratError(error)) return [];
    throw error;
  }
}

function outlineMiddle(grid: Frame): number {
  return extentOf(grid)?.middle ?? 0;
}

const sides = 16;

/** The outline of a grid in degrees, without a jump at the antimeridian. */
function outlineOf({ xmin, ymin, xmax, ymax, toGlobe: transform }: Frame): [number, number][] {
  const along = Array.from({ length: sides }, (_, i) => i / sides);
  const corners: readonly (readonly [number, number])[] = [
    ...along.map((t) => [xmin + t * (xmax - xmin), ymax] as const),
    ...along.map((t) => [xmax, ymax + t * (ymin - ymax)] as const),
    ...along.map((t) => [xmax + t * (xmin - xmax), ymin] as const),
    ...along.map((t) => [xmin, ymin + t * (ymax - ymin)] as const),
    [xmin, ymax],
  ];
  const xs = Float64Array.from(corners, ([x]) => x);
  const ys = Float64Array.from(corners, ([, y]) => y);
  transform!.transform(xs, ys);
  const line: [number, number][] = [];
  for (let i = 0; i < corners.length; i++) {
    if (!Number.isFinite(xs[i]!)) continue;
    const before = line.at(-1)?.[0] ?? xs[i]!;
    line.push([xs[i]! - 360 * Math.round((xs[i]! - before) / 360), ys[i]!]);
  }
  return line;
}

/** A map of longitude and latitude around points, with a margin. */
function frameAround(points: readonly (readonly [number, number, number?])[]): Frame {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const margin = Math.max(1, 0.05 * Math.max(east - west, north - south));
  const [xmin, xmax] = [west - margin, east + margin];
  const [ymin, ymax] = [Math.max(-90, south - margin), Math.min(90, north + margin)];
  const middle = Math.min(65, Math.abs(ymin + ymax) / 2);
  const globe = parseCrs("EPSG:4326");
  const transform = createTransform(globe, globe);
  const height = (frameWidth * (ymax - ymin)) / (xmax - xmin) / Math.cos((middle * Math.PI) / 180);
  return {
    xmin,
    ymin,
    xmax,
    ymax,
    height: Math.round(height),
    turn: 360,
    toGrid: transform,
    toGlobe: transform,
  };
}
