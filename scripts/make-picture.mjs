// Draws docs/images/quickstart.svg from output/quickstart/merged.csv. With --check: compares with what is there.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sample, scales } from "./picture/colours.mjs";
import { dots, legend, map } from "./picture/map.mjs";
import { readGrid } from "./picture/table.mjs";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const [result = at("output/quickstart/merged.csv")] = process.argv
  .slice(2)
  .filter((word) => !word.startsWith("--"));
const picture = at("docs/images/quickstart.svg");

const rain = classes([250, 500, 750, 1000, 1500, 2000, 3000], scales.rain, 1);
const habitat = classes([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], scales.habitat, 2);
const richness = classes([6, 8, 10, 12, 14, 16, 18], scales.richness, 1);
const species = {
  american_bullfrog: "American bullfrog",
  american_robin: "American robin",
  common_gartersnake: "Common gartersnake",
  white_tailed_deer: "White-tailed deer",
};

const svg = draw(readGrid(result));
if (!process.argv.includes("--check")) {
  writeFileSync(picture, svg);
  console.log(`docs/images/quickstart.svg: ${svg.length} bytes`);
} else if (readFileSync(picture, "utf8") !== svg) {
  console.error(
    "docs/images/quickstart.svg is not the picture of this result; make it again: npm run picture",
  );
  process.exitCode = 1;
}

function classes(edges, scale, every) {
  return { edges, colours: sample(scale, edges.length + 1), every };
}

/** Two large maps above, the habitats in a row below. A degree of longitude is drawn as at 37° N. */
function draw(grid) {
  const stretch = 1 / Math.cos((37 * Math.PI) / 180);
  const [margin, left, top, gap, foot] = [24, 56, 92, 20, 32];
  const large = { scale: 4, stretch };
  const [width, height] = [grid.width * large.scale, grid.height * large.scale * stretch];
  const right = left + width + 56;
  const edge = right + width;
  const small = { scale: (edge - left - 3 * gap) / 4 / grid.width, stretch };
  const middle = top + height + 112;
  const bottom = middle + grid.height * small.scale * stretch;
  const size = [edge + margin, bottom + 50];
  const habitats = Object.entries(species).map(([name, title], index) => {
    const x = left + index * (grid.width * small.scale + gap);
    return panel({ x, y: middle, ...small, title }, map(grid, grid.columns[name], habitat));
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.map(Math.round).join(" ")}" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif">
<title>Precipitation, species richness and the habitat of four species on one grid over the contiguous United States</title>
<style>
text { fill: #1f2328; font-size: 14px }
.small { font-size: 11px; fill: #59636e }
.head { font-size: 20px; font-weight: 600 }
.card { fill: #ffffff; stroke: #d1d9e0 }
.null { fill: #dfe3e6 }
.land { fill: #cbd1d6 }
.tick { stroke: #818b98 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.small { fill: #9198a1 }
.card { fill: #0d1117; stroke: #3d444d }
.null { fill: #656c76 }
.land { fill: #7b828c }
}
</style>
<rect class="card" x="0.5" y="0.5" width="${Math.round(size[0]) - 1}" height="${Math.round(size[1]) - 1}" rx="6"/>
<text class="head" x="${margin}" y="38">Six datasets on one grid</text>
<text class="small" x="${margin}" y="57">The quickstart's merged.csv: ${grid.width} × ${grid.height} cells of ${grid.size}°, EPSG:4326</text>
${panel({ x: left, y: top, ...large, title: "Precipitation 2016" }, map(grid, grid.columns.precip, rain))}
${graticule(grid, { x: left, y: top, ...large })}
${panel({ x: right, y: top, ...large, title: "Species richness of animals struck by aircraft, 1990 to 2002" }, dots(grid, grid.columns.struck_species, richness, { stretch, land: grid.columns.american_robin }))}
${graticule(grid, { x: right, y: top, ...large })}
${habitats.join("\n")}
${key(left, top + height + foot, rain, { box: 40, unit: "mm a year" })}
${key(right, top + height + foot, richness, { box: 30, unit: "species; a dot is wider than its cell" })}
${key(left, bottom + 14, habitat, { box: 26, unit: "of the area", none: true })}
</svg>
`;
}

function key(x, y, kinds, options) {
  return `<g transform="translate(${round(x)} ${round(y)})">
${legend(kinds, { height: 10, ...options })}
</g>`;
}

function panel({ x, y, scale, stretch, title }, drawing) {
  return `<text x="${round(x)}" y="${round(y - 7)}">${title}</text>
<g transform="translate(${round(x)} ${round(y)}) scale(${round(scale)} ${round(scale * stretch)})" shape-rendering="crispEdges">
${drawing}
</g>`;
}

/** Labels every ten degrees along the west and south edges, with a short stroke each. */
function graticule(grid, { x, y, scale, stretch }) {
  const foot = y + grid.height * scale * stretch;
  const tens = (from, to) =>
    Array.from(
      { length: Math.floor(to / 10) - Math.ceil(from / 10) + 1 },
      (_, i) => (Math.ceil(from / 10) + i) * 10,
    );
  const meridians = tens(grid.west, grid.west + grid.width * grid.size).map((degrees) => {
    const at = round(x + ((degrees - grid.west) / grid.size) * scale);
    return `<path class="tick" d="M${at} ${round(foot)}v4"/><text class="small" x="${at}" y="${round(foot + 16)}" text-anchor="middle">${Math.abs(degrees)}° W</text>`;
  });
  const parallels = tens(grid.north - grid.height * grid.size, grid.north).map((degrees) => {
    const at = round(y + ((grid.north - degrees) / grid.size) * scale * stretch);
    return `<path class="tick" d="M${x} ${at}h-4"/><text class="small" x="${x - 7}" y="${round(at + 4)}" text-anchor="end">${degrees}° N</text>`;
  });
  return [...meridians, ...parallels].join("\n");
}

function round(value) {
  return Math.round(value * 1000) / 1000;
}
