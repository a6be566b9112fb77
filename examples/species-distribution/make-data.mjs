// Makes data/ from the npm package vega-datasets alone. With --check: compares what is there with what would be made.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { geotiff } from "../quickstart/lib/geotiff.mjs";
import { polygonsOf } from "../quickstart/lib/topojson.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(dirname(createRequire(import.meta.url).resolve("vega-datasets")), "..", "data");

const bounds = { west: -125, south: 24, east: -66, north: 50 };
const pixelsPerDegree = 10;

const county = json("us-10m.json");
const world = json("world-110m.json");
const states = inside(polygonsOf(county, county.objects.land)).map((polygon) => polygon.map(rounded));

const files = { "lower48.geojson": mask(), "cover.tif": cover() };
const check = process.argv.includes("--check");
for (const [name, bytes] of Object.entries(files)) {
  const path = join(here, "data", name);
  if (!check) {
    writeFileSync(path, bytes);
    console.log(`${name}: ${bytes.length} bytes`);
  } else if (bytes.equals(readFileSync(path))) {
    console.log(`${name}: the same`);
  } else {
    console.error(`${name}: not what make-data.mjs makes; run it again without --check`);
    process.exitCode = 1;
  }
}

/** The outline of the 48 contiguous states with their parts of the Great Lakes, to a hundredth of a degree. */
function mask() {
  const coordinates = states.filter(([outline]) => outline.length > 3);
  const feature = {
    type: "Feature",
    properties: { name: "48 contiguous states" },
    geometry: { type: "MultiPolygon", coordinates },
  };
  return Buffer.from(`${JSON.stringify({ type: "FeatureCollection", features: [feature] })}\n`);
}

/** What is at the centre of each pixel: 1 land of the states, 2 their parts of lakes and sounds, 3 land abroad, 4 sea. */
function cover() {
  const width = (bounds.east - bounds.west) * pixelsPerDegree;
  const height = (bounds.north - bounds.south) * pixelsPerDegree;
  const values = new Uint8Array(width * height).fill(4);
  const water = county.objects.counties.geometries.filter(({ id }) => id % 1000 === 0);
  fill(values, width, height, 3, polygonsOf(world, world.objects.land));
  fill(values, width, height, 1, states);
  for (const one of water) fill(values, width, height, 2, polygonsOf(county, one));
  return geotiff({
    width,
    height,
    west: bounds.west,
    north: bounds.north,
    pixel: 1 / pixelsPerDegree,
    values,
    nodata: 0,
    description: "1 land, 2 lakes and sounds, 3 land abroad, 4 sea",
  });
}

/** Gives a class to the pixels whose centres are in one of the polygons: of each row, those between its crossings with the edges. */
function fill(values, width, height, value, polygons) {
  for (const polygon of polygons) {
    for (let row = 0; row < height; row++) {
      const latitude = bounds.north - (row + 0.5) / pixelsPerDegree;
      const crossings = polygon.flatMap((ring) => crossingsOf(ring, latitude)).sort((a, b) => a - b);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const [first, end] = [crossings[i], crossings[i + 1]].map((longitude) =>
          Math.min(width, Math.max(0, Math.ceil((longitude - bounds.west) * pixelsPerDegree - 0.5))),
        );
        values.fill(value, row * width + first, row * width + end);
      }
    }
  }
}

function crossingsOf(ring, latitude) {
  const found = [];
  for (let i = 0; i < ring.length; i++) {
    const [ax, ay] = ring[i];
    const [bx, by] = ring[(i + 1) % ring.length];
    if (ay > latitude !== by > latitude) found.push(ax + ((latitude - ay) / (by - ay)) * (bx - ax));
  }
  return found;
}

function inside(polygons) {
  const { west, south, east, north } = bounds;
  return polygons.filter(([outline]) =>
    outline.every(([x, y]) => x >= west && x <= east && y >= south && y <= north),
  );
}

/** To two decimals, without the points that have become one. */
function rounded(ring) {
  const points = ring.map((point) => point.map((degrees) => Number(degrees.toFixed(2))));
  return points.filter(([x, y], i) => i === 0 || x !== points[i - 1][0] || y !== points[i - 1][1]);
}

function json(name) {
  return JSON.parse(readFileSync(join(source, name), "utf8"));
}
