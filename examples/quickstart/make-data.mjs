// Makes data/ from the npm package vega-datasets alone. With --check: compares what is there with what would be made.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { airportFinder } from "./lib/airports.mjs";
import { table } from "./lib/csv.mjs";
import { geotiff } from "./lib/geotiff.mjs";
import { centroid, polygonsOf } from "./lib/topojson.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(dirname(createRequire(import.meta.url).resolve("vega-datasets")), "..", "data");

const reportColumns = ["Wildlife Species", "Flight Date", "Airport Name", "Origin State"];

const files = { "annual-precip.tif": precipitation(), "habitat.csv": habitat(), "strikes.csv": strikes() };
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

/** A global grid of one degree; row 0 in the north, `translate` its north-west corner. */
function precipitation() {
  const { width, height, scale, translate, values } = json("annual-precip.json");
  return geotiff({
    width,
    height,
    west: translate[0],
    north: translate[1],
    pixel: scale[0],
    values: Float32Array.from(values),
    nodata: -9999,
    description: "Precipitation of the year 2016 in mm (NOAA CFSv2)",
  });
}

/** A row per county of the lower 48: the centroid, and the share of its area that is habitat all year, per species. */
function habitat() {
  const topology = json("us-10m.json");
  const places = new Map();
  for (const geometry of topology.objects.counties.geometries) {
    const polygons = places.get(geometry.id) ?? [];
    places.set(geometry.id, [...polygons, ...polygonsOf(topology, geometry)]);
  }
  const { species, shares } = habitatShares();
  const lines = [`county_id,decimalLongitude,decimalLatitude,${species.map(columnName).join(",")}`];
  for (const county of [...shares.keys()].sort((a, b) => a - b)) {
    const place = centroid(places.get(county) ?? []);
    if (!place || isWater(county)) continue;
    const row = species.map((name) => shares.get(county).get(name) ?? "");
    const id = String(county).padStart(5, "0");
    lines.push([id, ...place.map((degrees) => degrees.toFixed(4)), ...row].join(","));
  }
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** species.csv has a row per species and county, no quotes. Shares are kept as the text they are. */
function habitatShares() {
  const [header, ...rows] = readFileSync(join(source, "species.csv"), "utf8").trim().split(/\r?\n/);
  const [name, county, share] = ["common_name", "county_id", "habitat_yearround_pct"].map((column) =>
    header.split(",").indexOf(column),
  );
  const shares = new Map();
  const species = new Set();
  for (const row of rows) {
    const fields = row.split(",");
    const id = Number(fields[county]);
    if (!shares.has(id)) shares.set(id, new Map());
    shares.get(id).set(fields[name], fields[share]);
    species.add(fields[name]);
  }
  return { species: [...species].sort(), shares };
}

/** A row per report of an animal that was named, at an airport that can be found, in the order of the reports. */
function strikes() {
  const reports = table(readFileSync(join(source, "birdstrikes.csv"), "utf8"));
  const airportOf = airportFinder(table(readFileSync(join(source, "airports.csv"), "utf8")));
  const lines = ["vernacularName,eventDate,decimalLongitude,decimalLatitude,locality,stateProvince"];
  const leftOut = { unnamed: 0, elsewhere: 0 };
  for (const report of reports) {
    const [animal, date, airportName, state] = reportColumns.map((column) => report[column]);
    const airport = airportOf(airportName, state);
    if (animal.startsWith("Unknown ")) leftOut.unnamed++;
    else if (!airport) leftOut.elsewhere++;
    else {
      const place = [airport.longitude, airport.latitude].map((degrees) => Number(degrees).toFixed(4));
      lines.push([animal, date, ...place, airportName, state].join(","));
    }
  }
  console.log(
    `strikes.csv: ${lines.length - 1} of ${reports.length} reports; ${leftOut.unnamed} do not name the animal, ${leftOut.elsewhere} an airport that is known`,
  );
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** The Great Lakes and Puget Sound stand among the counties under their state's number and 000. */
function isWater(county) {
  return county % 1000 === 0;
}

function columnName(species) {
  return species.toLowerCase().replaceAll(/[^a-z]+/g, "_");
}

function json(name) {
  return JSON.parse(readFileSync(join(source, name), "utf8"));
}
