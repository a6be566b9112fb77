import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { mutateBytes, mutateText, mutateTiff } from "./mutate.mjs";
import { geoParquet } from "./geoparquet.mjs";
import { zip } from "./zip.mjs";

const packages = fileURLToPath(new URL("../../packages", import.meta.url));
const tiffs = ["layouts", "practice"].map((name) => join(packages, "geotiff/test/fixtures", name));
const tables = join(packages, "processors/test/fixtures/tables");
const polygons = join(packages, "processors/test/fixtures/ranges");

/** The grid of all cases, which the rasters overlap. */
const grid = { crs: "EPSG:4326", resolution: 0.5, bounds: [-20, 40, 20, 60] };

/** That of polygons. */
const polygonGrid = { ...grid, bounds: [-10, -10, 10, 10] };

/** A case is a command and the files that it finds in its folder. */
const runOf = (dataset, files, on = grid) => ({
  args: ["run"],
  files: {
    "config.yml": JSON.stringify({
      grid: on,
      datasets: { value: dataset },
      merge: { join: "all" },
      export: { directory: "out", formats: ["csv"] },
      prediction: { learn: false },
    }),
    ...files,
  },
});

const methods = ["near", "bilinear", "average", "mode"];
const sides = [".aux.xml", ".ovr", ".msk"];

function tiff() {
  const seeds = tiffs.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".tif"))
      .map((name) => join(folder, name)),
  );
  return (numbers) => {
    const path = numbers.of(seeds);
    const bytes = readFileSync(path);
    const files = {};
    for (const side of sides)
      if (existsSync(path + side)) files[`input.tif${side}`] = readFileSync(path + side);
    const world = path.replace(/tif$/, "tfw");
    if (existsSync(world)) files["input.tfw"] = readFileSync(world);
    const beside = Object.keys(files);
    if (beside.length > 0 && numbers.next() < 0.5) {
      const name = numbers.of(beside);
      files[name] = /xml|tfw/.test(name)
        ? mutateText(numbers, files[name].toString("latin1"), xmlWords)
        : mutateTiff(numbers, files[name], bytes);
      files["input.tif"] = bytes;
    } else files["input.tif"] = mutateTiff(numbers, bytes, readFileSync(numbers.of(seeds)));
    return runOf({ path: "input.tif", resample: numbers.of(methods) }, files);
  };
}

const records = [
  "id\tspecies\tdecimalLongitude\tdecimalLatitude\tmass\teventDate\tcoordinateUncertaintyInMeters",
  "1\tUrsus arctos\t9.25\t49\tNA\t2011-12-31T10:00:00Z\t100",
  "2\tLynx lynx\t10\t47\t2.188060e+02\t1999\t",
  "3\tÄrgernis album\t-3.5\t51.25\t13,5\t2001-02\t5000",
  "4\tLynx lynx\t11.125\t44.75\t-1\t\t1e3",
].join("\n");

const quoted = [
  'species,"decimalLongitude","decimalLatitude",mass',
  'Ursus arctos,9.25,49,"1"',
  '"with, comma",10,47,2',
  '"say ""hi""",-3.5,51.25,"3\n4"',
  "plain,1e1,4.7e1,NaN",
].join("\r\n");

const csvWords = [
  '"',
  '""',
  ",",
  ";",
  "\t",
  "|",
  "\n",
  "\r",
  "\r\n",
  "\0",
  "\ufeff",
  "'",
  "\\",
  "\u2028",
  "é",
  "\ud83d\udc1f",
  " ",
  "NA",
  "NaN",
  "Infinity",
  "-0",
  "1e400",
  "-1e-400",
  "9007199254740993",
  "99999999999999999999",
  "0x10",
  "1,5",
  "1.5.5",
  "+",
  "decimalLatitude",
  "decimalLongitude",
  "__proto__",
  "constructor",
  "#",
  "--",
  "/*",
  "$1",
  "2011-99-99",
  "9999-12-31",
];

function text() {
  const kinds = [
    ["input.csv", quoted],
    ["input.csv", records.replaceAll("\t", ";")],
    ["input.tsv", records],
    [
      "input.csv",
      readFileSync(join(tables, "crosstab.csv"), "utf8").replace(
        "lon,lat",
        "decimalLongitude,decimalLatitude",
      ),
    ],
  ];
  const wishes = [
    {},
    { species: "species", measure: "species" },
    { value: "mass", measure: "mean" },
    { species: "species", measure: "records", expand: "species" },
    { strict: true },
  ];
  return (numbers) => {
    const [name, content] = numbers.of(kinds);
    const wish = { ...numbers.of(wishes) };
    if (content.startsWith("decimal") && "species" in wish) wish.species = "name";
    if (content.startsWith("decimal") && "value" in wish) wish.value = "v";
    const how = numbers.next();
    let bytes = Buffer.from(how < 0.7 ? mutateText(numbers, content, csvWords) : content);
    if (how >= 0.7 && how < 0.9) bytes = mutateBytes(numbers, bytes, Buffer.from(records, "utf16le"));
    if (how < 0.85) return runOf({ path: name, ...wish }, { [name]: bytes });
    let packed = how < 0.9 ? bytes : gzipSync(bytes);
    if (how >= 0.9) packed = mutateBytes(numbers, packed, packed);
    return runOf({ path: `${name}.gz`, ...wish }, { [`${name}.gz`]: packed });
  };
}

function parquet() {
  const seeds = ["occurrences", "odd", "nan"].map((name) => readFileSync(join(tables, `${name}.parquet`)));
  return (numbers) => {
    const bytes = mutateBytes(numbers, numbers.of(seeds), numbers.of(seeds));
    const wish = numbers.of([
      {},
      { species: "species", measure: "species" },
      { value: "mass", measure: "mean" },
    ]);
    return runOf({ path: "input.parquet", ...wish }, { "input.parquet": bytes });
  };
}

const dwc = "http://rs.tdwg.org/dwc/terms/";
const meta = `<?xml version="1.0" encoding="UTF-8"?>
<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">
  <core encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" fieldsEnclosedBy="" ignoreHeaderLines="1" rowType="${dwc}Occurrence">
    <files><location>occurrence.txt</location></files>
    <id index="0"/>
    <field index="1" term="${dwc}scientificName"/>
    <field index="2" term="${dwc}decimalLongitude"/>
    <field index="3" term="${dwc}decimalLatitude"/>
    <field default="WGS84" term="${dwc}geodeticDatum"/>
  </core>
  <extension encoding="UTF-8" fieldsTerminatedBy="," linesTerminatedBy="\\r\\n" fieldsEnclosedBy='"' ignoreHeaderLines="1" rowType="${dwc}MeasurementOrFact">
    <files><location>facts.csv</location></files>
    <coreid index="0"/>
    <field index="1" term="${dwc}measurementValue"/>
  </extension>
</archive>
`;

const xmlWords = [
  "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
  "&x;",
  "&#0;",
  "&#xffffffff;",
  "<![CDATA[",
  "]]>",
  "<!--",
  "<",
  ">",
  "/>",
  '"',
  "../../x",
  "/etc/passwd",
  "occurrence.txt",
  "meta.xml",
  "UTF-16",
  "latin1",
  "KOI8-R",
  "\\n",
  "\\t",
  "\\\\",
  "",
  " ",
  "\0",
  "-1",
  "99999999999",
  "1e9",
  "NaN",
  "0.5",
  "core",
  "extension",
  "<core/>",
  "<files>",
  "index",
  "ignoreHeaderLines",
  "<NoDataValue>nan</NoDataValue>",
  "<Scale>1e308</Scale>",
];

function archive() {
  const inside = {
    "meta.xml": meta,
    "occurrence.txt": records,
    "facts.csv": 'id,value\r\n1,"2"\r\n2,3\r\n',
    "eml.xml": "<eml/>",
  };
  const names = Object.keys(inside);
  return (numbers) => {
    const how = numbers.next();
    const files = { ...inside };
    if (how < 0.75) {
      const name = how < 0.5 ? "meta.xml" : numbers.of(names);
      files[name] =
        numbers.next() < 0.8
          ? mutateText(numbers, files[name], name === "meta.xml" ? xmlWords : csvWords)
          : mutateBytes(numbers, Buffer.from(files[name]));
    }
    if (how > 0.7 && how < 0.75) delete files[numbers.of(names)];
    let bytes = zip(files);
    if (how >= 0.75) bytes = mutateBytes(numbers, bytes, bytes);
    const wish = numbers.of([{}, { species: "scientificName", measure: "species" }]);
    return runOf({ path: "input.zip", ...wish }, { "input.zip": bytes });
  };
}

const settings = `# A study.
grid: &grid
  crs: EPSG:4326
  resolution: 0.5
  bounds: [-20, 40, 20, 60]
datasets:
  points: { path: points.csv, species: species, measure: species, keep: [mass] }
  mass:
    path: points.csv
    value: mass
    measure: mean
  "twice the mass": { sql: "SELECT cell, 2 * value AS value FROM mass" }
merge: { join: all }
memory: { limit: 2GB }
export:
  directory: out
  formats: [csv, { use: csv, compress: true }, parquet, arrow]
prediction: { learn: false }
experiments:
  coarse: { grid: { resolution: 1 } }
`;

const yamlWords = [
  "*grid",
  "&grid",
  "<<: *grid",
  "!!binary",
  "!!js/function",
  "---",
  "...",
  "%YAML 1.1",
  "? ",
  ": ",
  "- ",
  "[",
  "]",
  "{",
  "}",
  "|",
  ">",
  "'",
  '"',
  "#",
  "\t",
  "\0",
  "\ufeff",
  "null",
  "~",
  "true",
  "yes",
  ".nan",
  ".inf",
  "-.inf",
  "0x7f",
  "1e400",
  "-1",
  "0",
  "99999999999999999999",
  "1_000",
  "__proto__",
  "constructor",
  "toString",
  "EPSG:0",
  "EPSG:3035",
  "+proj=utm +zone=99",
  "+proj=",
  "GEOGCS[",
  'PROJCS["a",',
  "grid",
  "datasets",
  "path",
  "sql",
  "SELECT",
  "FROM mass",
  ";",
  "--",
  "/*",
  "(",
  ")",
  "[[[[[[[[",
  "{{{{{{{{",
  "../..",
  "/dev/zero",
  "/dev/null",
  "/",
  "*.csv",
  "**",
  "\\",
];

function yaml() {
  const points = records.replaceAll("\t", ";");
  return (numbers) => {
    const config =
      numbers.next() < 0.85
        ? mutateText(numbers, settings, yamlWords)
        : mutateBytes(numbers, Buffer.from(settings), Buffer.from(settings, "utf16le"));
    // Nothing may be written where a damaged configuration says.
    const args = numbers.next() < 0.3 ? ["validate", "--experiment", "coarse"] : ["validate"];
    return { args, files: { "config.yml": config, "points.csv": points } };
  };
}

const rangeWishes = [
  {},
  { rule: "touched" },
  { rule: "coverage", measure: "coverage" },
  { species: "name", measure: "species" },
  { species: "name", measure: "presence", expand: "species" },
  { measure: "value", value: "zone" },
  { where: "zone > 3" },
  { invalid: "refuse" },
];

const rangesOf = (numbers, name, files) =>
  runOf({ path: name, kind: "ranges", ...numbers.of(rangeWishes) }, files, polygonGrid);

const jsonWords = [
  '"type"',
  '"coordinates"',
  '"geometry"',
  '"geometries"',
  '"features"',
  '"properties"',
  '"Polygon"',
  '"MultiPolygon"',
  '"GeometryCollection"',
  '"Point"',
  '"Feature"',
  '"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3035"}},',
  '"crs": 3,',
  "null",
  "true",
  "[",
  "]",
  "[[",
  "]]",
  "{",
  "}",
  ",",
  ":",
  '"',
  "\\",
  "\\ud800",
  "\0",
  "\ufeff",
  "\u001e",
  "\n",
  "1e400",
  "-1e-400",
  "1e22",
  "180",
  "-180.0000001",
  "90",
  "540",
  "NaN",
  "-",
  "00",
  "__proto__",
];

function geoJson() {
  const whole = readFileSync(join(polygons, "polygons.geojson"), "utf8");
  // Small, so that what is put in meets what counts.
  const { features } = JSON.parse(whole);
  const few = JSON.stringify({ type: "FeatureCollection", features: features.slice(-3) });
  const lines = features
    .slice(0, 4)
    .map((feature) => JSON.stringify(feature))
    .join("\n");
  return (numbers) => {
    const [name, content] = numbers.of([
      ["input.geojson", few],
      ["input.geojsonl", lines],
      ["input.geojson", whole],
    ]);
    const bytes =
      numbers.next() < 0.85
        ? mutateText(numbers, content, jsonWords)
        : mutateBytes(numbers, Buffer.from(content), Buffer.from(lines));
    return rangesOf(numbers, name, { [name]: bytes });
  };
}

/** Files of one format, of which one is damaged at a time. */
function vector(main, others = []) {
  const names = [main, ...others];
  const seeds = Object.fromEntries(names.map((name) => [name, readFileSync(join(polygons, name))]));
  return (numbers) => {
    const files = { ...seeds };
    const name = numbers.next() < 0.6 ? main : numbers.of(names);
    files[name] = mutateBytes(numbers, files[name], seeds[numbers.of(names)]);
    if (numbers.next() < 0.1) delete files[numbers.of(others.length > 0 ? others : [""])];
    return rangesOf(numbers, main, files);
  };
}

function geoParquetCases(seed) {
  return (numbers) =>
    rangesOf(numbers, "input.parquet", { "input.parquet": mutateBytes(numbers, seed, seed) });
}

const arrays = join(packages, "multidim/test/fixtures/files");

/** Keys with which the fixtures have a result, undamaged. */
const arrayWishes = {
  "classic.nc3": [{ variable: "orog" }, { variable: "tas", time: { by: "all" } }],
  "offset.nc3": [{ variable: "orog" }, { variable: "tas", time: { by: "month" } }],
  "data.nc3": [{ variable: "wide" }, { variable: "free" }, { variable: "tas", time: { by: "step" } }],
  "groups.nc": [
    { variable: "part" },
    { variable: "tas", select: { level: 1 }, time: { by: "all" } },
    { variable: "/forecast/tas", time: { by: "all", statistic: "max" } },
  ],
  "projected.nc": ["lcc", "laea", "stere", "sinu"].map((variable) => ({ variable })),
  "rotated.nc": [{}],
  "latest.h5": [
    "contiguous",
    "single_packed",
    "fixed_packed",
    "fixed_paged",
    "extensible",
    "extensible_second",
    "tree",
    "tree_packed",
  ].map((variable) => ({ variable })),
  "old.h5": [{ variable: "/group_7/d" }],
  "two.zarr": ["blosc", "bits", "lz4", "zstd", "gzip", "fortran", "shuffled", "big"].map((variable) => ({
    variable,
    time: { by: "all" },
  })),
  "three.zarr": ["zstd", "gzip", "turned", "sharded"].map((variable) => ({
    variable,
    time: { by: "season" },
  })),
};

function ofFiles(endings) {
  const seeds = readdirSync(arrays).filter((name) => endings.some((ending) => name.endsWith(ending)));
  return (numbers) => {
    const name = numbers.of(seeds);
    const bytes = readFileSync(join(arrays, name));
    const other = readFileSync(join(arrays, numbers.of(seeds)));
    const input = `input${name.slice(name.lastIndexOf("."))}`;
    const wish = { ...numbers.of(arrayWishes[name]), resample: numbers.of(methods) };
    return runOf({ path: input, ...wish }, { [input]: mutateBytes(numbers, bytes, other) });
  };
}

const zarrWords = [
  "null",
  "-1",
  "0",
  "1e9",
  "9007199254740993",
  "99999999999999999999",
  '"NaN"',
  "NaN",
  '"<i2"',
  '"|S1"',
  '"zlib"',
  '"blosc"',
  '"zstd"',
  '"snappy9"',
  '"sharding_indexed"',
  '"transpose"',
  '"../../x"',
  '"__proto__"',
  "[]",
  "{}",
  "[[[[",
  "true",
  '"F"',
  '"days since 0000-00-00"',
  '"degrees_north"',
];

function zarr() {
  const stores = readdirSync(arrays).filter((name) => name.endsWith(".zarr"));
  const filesOf = (name) => {
    const entries = readdirSync(join(arrays, name), { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const inside = paths.map((path) => path.slice(join(arrays, name).length + 1).replaceAll("\\", "/"));
    return inside.map((path) => [path, readFileSync(join(arrays, name, path))]);
  };
  return (numbers) => {
    const name = numbers.of(stores);
    const wish = numbers.of(arrayWishes[name]);
    // Only what is read, so that damage is not done to anything else.
    const read = filesOf(name).filter(
      ([path]) => !path.includes("/") || [wish.variable, "lat", "lon", "time"].includes(path.split("/")[0]),
    );
    const files = Object.fromEntries(read.map(([path, bytes]) => [`input.zarr/${path}`, bytes]));
    const names = Object.keys(files);
    for (let times = 1 + numbers.below(2); times > 0; times--) {
      const one = numbers.of(names);
      const isJson = /\.z\w+$|zarr\.json$/.test(one);
      if (files[one] === undefined) continue;
      if (numbers.next() < 0.05) delete files[one];
      else if (isJson && numbers.next() < 0.8)
        files[one] = mutateText(numbers, files[one].toString(), zarrWords);
      else files[one] = mutateBytes(numbers, Buffer.from(files[one]), Buffer.from(files[names[0]] ?? ""));
    }
    return runOf({ path: "input.zarr", ...wish, resample: numbers.of(methods) }, files);
  };
}

/** For each reader, what makes a case of numbers. */
export const readers = {
  tiff: tiff(),
  text: text(),
  parquet: parquet(),
  archive: archive(),
  yaml: yaml(),
  geojson: geoJson(),
  geopackage: vector("polygons.gpkg"),
  shapefile: vector("polygons.shp", ["polygons.dbf", "polygons.prj"]),
  flatgeobuf: vector("polygons.fgb"),
  geoparquet: geoParquetCases(await geoParquet()),
  netcdf3: ofFiles([".nc3"]),
  hdf5: ofFiles([".nc", ".h5"]),
  zarr: zarr(),
};
