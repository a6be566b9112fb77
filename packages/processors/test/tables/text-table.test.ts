import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maxRecordBytes } from "../../src/tables/text/records.js";
import { fixtures, useBench, type Laid } from "./support.js";

const bench = useBench();
const lonLat = { x: "lon", y: "lat" } as const;

/** Cells of alps: 7.1 46.1 and 8.1 47.1. */
const [first, second] = [19 * 24 + 8, 15 * 24 + 12];
const twoRecords = {
  cells: [
    [second, 1],
    [first, 1],
  ],
  report: { read: 2, used: 2, skipped: {} },
};

async function layText(content: string | Uint8Array, dataset = {}, name = "table.csv"): Promise<Laid> {
  return bench.lay(await bench.put(name, content), { ...lonLat, ...dataset });
}

const rows = ["7.1,46.1,Meles meles", "8.1,47.1,Lynx lynx"];
const text = `lon,lat,species\n${rows.join("\n")}\n`;

describe("a text table is read", () => {
  it.each([
    ["with LF", text],
    ["with CRLF", text.replaceAll("\n", "\r\n")],
    ["with CR", text.replaceAll("\n", "\r")],
    ["with line ends of all kinds", `lon,lat,species\r\n${rows.join("\r")}\n`],
    ["without a line end at its end", text.trimEnd()],
    ["with a quoted last field without a line end", 'lon,lat,species\n8.1,47.1,"a"\n7.1,46.1,"b"'],
    ["with a byte order mark", `\ufeff${text}`],
    ["with empty lines", `\n\nlon,lat,species\n\n${rows.join("\n\n")}\n\n`],
    ["with quoted fields", text.replace(/[^,\n]+/g, '"$&"')],
    ["with line ends in quotes", `lon,lat,species\n7.1,46.1,"Meles\nmeles"\n8.1,47.1,"Lynx\r\nlynx"\n`],
    [
      "with a delimiter at the end of every record",
      text.replaceAll("\n", ",\n").replace("species,", "species"),
    ],
    ["with spaces around names and numbers", "lon , lat,species\n 7.1 ,\t46.1 ,\n8.1,47.1\u00a0,\n"],
    ["with names in another case", text.replace("lon,lat", "LON,Lat")],
    ["with tabs", text.replaceAll(",", "\t")],
    ["with semicolons", text.replaceAll(",", ";")],
    ["with bars", text.replaceAll(",", "|")],
    [
      "with columns called alike that are not needed",
      text.replace("species", "lat_1,a,a,").replaceAll(/,\w+ \w+/g, ",1,2,3,4"),
    ],
    [
      "with quotes in tab-separated fields",
      'lon\tlat\tspecies\n7.1\t46.1\t"a "big" one\n8.1\t47.1\tthe "other"\n',
    ],
    ["with quoted tab-separated fields", '"lon"\t"lat"\t"species"\n7.1\t46.1\t"a\tb"\n8.1\t47.1\t"c"\n'],
  ])("%s", async (_, content) => {
    expect(await layText(content)).toMatchObject(twoRecords);
  });

  it.each([
    ["UTF-16, little-endian", Buffer.from(`\ufeff${text.replace("Lynx", "😀 Lÿnx")}`, "utf16le"), {}],
    ["UTF-16, big-endian", Buffer.from(`\ufeff${text}`, "utf16le").swap16(), {}],
    ["UTF-16 that only the configuration names", Buffer.from(text, "utf16le"), { encoding: "utf-16le" }],
    [
      "Latin-1 that the configuration names",
      Buffer.from(text.replace("lon,", "länge,"), "latin1"),
      { x: "länge", encoding: "latin1" },
    ],
    [
      "Shift JIS",
      Buffer.concat([Buffer.from([0x8c, 0x6f, 0x93, 0x78]), Buffer.from(text.slice(3))]),
      { x: "経度", encoding: "shift_jis" },
    ],
  ])("in %s", async (_, content, dataset) => {
    const { cells, report } = await layText(content, dataset);
    expect({ cells, report }).toMatchObject(twoRecords);
    expect(report.warnings).toEqual([]);
  });

  it("as windows-1252, with a warning, when a line is not UTF-8", async () => {
    const content = Buffer.from(`lon,lat,species\n7.1,46.1,é\n8.1,47.1,\xe9\n`.replace("é", "e"), "latin1");
    const { report, cells } = await layText(content, { measure: "species", species: "species" });
    expect(cells).toEqual([
      [second, 1],
      [first, 1],
    ]);
    expect(report.warnings).toEqual([
      expect.stringContaining("line 3 is not UTF-8: the file is read as windows-1252"),
    ]);
    const late = Buffer.concat([
      Buffer.from(text.repeat(1).trimEnd() + "\n" + "7.1,46.1,x\n".repeat(300_000)),
      Buffer.from("7.1,46.1,\xe9\n", "latin1"),
    ]);
    const far = await layText(late, { measure: "records" });
    expect(far.cells).toEqual([
      [second, 1],
      [first, 300_002],
    ]);
    expect(far.report.warnings[0]).toContain("line 300004 is not UTF-8");
  });

  it("from gzip, of several members too", async () => {
    const [header, one, other] = text
      .trimEnd()
      .split("\n")
      .map((line) => gzipSync(`${line}\n`));
    expect(await layText(Buffer.concat([header!, one!, other!]), {}, "table.csv.gz")).toMatchObject(
      twoRecords,
    );
    expect(await layText(gzipSync(text), {}, "unnamed.txt")).toMatchObject(twoRecords);
  });

  it("with a decimal comma where the configuration says so", async () => {
    const content = "lon;lat;v\n7,1;46,1;1,5\n8,1;47;-2\n8.1;47,1;3\n";
    const { cells, report } = await layText(content, {
      delimiter: ";",
      decimal: ",",
      measure: "sum",
      value: "v",
    });
    expect(cells).toEqual([
      [second + 24, -2],
      [first, 1.5],
    ]);
    expect(report.skipped).toEqual({ "coordinate is not a number": 1 });
  });

  it("whatever signs are in its name", async () => {
    await bench.put("a1.csv", "lon,lat\n6,46\n");
    for (const name of [
      "a[1].csv",
      "a*.csv",
      "a?.csv",
      'it\'s "it".csv',
      "k=v/{a,b}.csv",
      "50%.csv",
      "~.csv",
      "ö [*]?.csv",
      "back\\slash*.csv",
    ]) {
      expect(await layText(text, {}, name), name).toMatchObject(twoRecords);
    }
  });

  it("with column names that are SQL", async () => {
    const name = 'x""; DROP TABLE points; --';
    const content = `"lon","lat","${name}","select","a b","a,b","é中😀",""\n7.1,46.1,1,2,3,4,5,6\n`;
    for (const [index, value] of ['x"; DROP TABLE points; --', "select", "a b", "a,b", "é中😀"].entries()) {
      expect((await layText(content, { measure: "sum", value })).cells).toEqual([[first, index + 1]]);
    }
  });

  it("with many columns and long fields", async () => {
    const count = 20_000;
    const names = Array.from({ length: count }, (_, index) => `c${index}`).join(",");
    expect(
      await layText(`${names},lon,lat\n${"1,".repeat(count)}7.1,46.1\n${"1,".repeat(count)}8.1,47.1\n`),
    ).toMatchObject(twoRecords);
    const long = "x".repeat(maxRecordBytes);
    const { cells, report } = await layText(`${text}7.1,46.1,${long}\n7.1,46.1,${long.slice(0, -100)}\n`);
    expect(cells).toEqual([
      [second, 1],
      [first, 2],
    ]);
    expect(report).toMatchObject({
      skipped: { "line longer than 2 MiB": 1 },
      warnings: ["1 record left out: line longer than 2 MiB (line 4)"],
    });
  });

  it("in parts when it is large, without a trace left behind", async () => {
    const count = 80_000;
    const name = "x".repeat(900);
    const line = `7.1,46.1,"${name}"\n`;
    const { cells, report } = await layText(`lon,lat,species\n${line.repeat(count)}8.1,47.1,y\n`, {
      measure: "species",
      species: "species",
    });
    expect(cells).toEqual([
      [second, 1],
      [first, 1],
    ]);
    expect(report.used).toBe(count + 1);
    expect((await readdir(bench.folder)).filter((file) => file.includes(".rows"))).toEqual([]);
    const schemas = await bench.store.rows(
      "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'scratch%'",
    );
    expect(schemas).toEqual([]);
  });

  it("with nothing but a header", async () => {
    for (const content of ["lon,lat\n", "lon,lat", "\ufefflon,lat\r\n\r\n", '"lon","lat"']) {
      const { cells, report } = await layText(content);
      expect(cells).toEqual([]);
      expect(report).toMatchObject({
        read: 0,
        used: 0,
        warnings: [expect.stringContaining("only a header")],
      });
    }
  });
});

describe("records are left out", () => {
  it("and named by line when they have the wrong number of fields", async () => {
    const content = [
      "lon,lat,v",
      "7.1,46.1,1",
      "7.1,46.1",
      "",
      "7.1,46.1,1,2",
      "8.1,47.1,1",
      " ",
      "7.1,46.1,1,,x",
      "7.1,46.1,1,,",
    ];
    for (const end of ["\n", "\r\n"]) {
      const { cells, report } = await layText(content.join(end) + end);
      expect(cells).toEqual([
        [second, 1],
        [first, 3],
      ]);
      expect(report).toEqual({
        read: 7,
        used: 4,
        skipped: { "wrong number of fields": 3 },
        warnings: [
          "1 record has fewer fields than the header: the missing ones are read as empty (line 3)",
          "3 records left out: wrong number of fields (lines 5, 7, 8)",
        ],
      });
    }
  });

  it("when a quote closes in the middle of a word", async () => {
    const { report } = await layText(`${text}"7.1"x,46.1,a\n`);
    expect(report).toMatchObject({
      read: 3,
      used: 2,
      warnings: ["1 record left out: misplaced quote (line 4)"],
    });
  });

  it("when they have no value, or one that is no number", async () => {
    const content = "lon,lat,v\n7.1,46.1,1\n7.1,46.1,NA\n7.1,46.1,\n7.1,46.1,many\n20,46,NA\n7.1,46.1,3\n";
    const { cells, report } = await layText(content, { measure: "mean", value: "v" });
    expect(cells).toEqual([[first, 2]]);
    expect(report).toEqual({
      read: 6,
      used: 2,
      skipped: { "outside the grid": 1, "value missing": 2, "value is not a number": 1 },
      warnings: ['1 record left out: value is not a number (first in line 5: "many")'],
    });
  });

  it("but not when they only have no name", async () => {
    const content = "lon,lat,sp\n7.1,46.1,a\n7.1,46.1,\n8.1,47.1, \n8.1,47.1,NA\n7.1,46.1,b\n";
    const { cells, report } = await layText(content, { measure: "species", species: "sp" });
    expect(cells).toEqual([
      [second, 0],
      [first, 2],
    ]);
    expect(report).toMatchObject({
      used: 5,
      skipped: {},
      warnings: ["3 records without a name: not counted for any species"],
    });
  });

  it("and if none has a value the column is NULL, with a warning", async () => {
    const { cells, report } = await layText("lon,lat,v\n7.1,46.1,NA\n", { measure: "mean", value: "v" });
    expect(cells).toEqual([]);
    expect(report.warnings).toEqual(["none of the 1 records has a value: the column is entirely NULL"]);
  });

  it("by any longitudes that the CRS has", async () => {
    const content = "lon,lat\n367.1,46.1\n352.9,46.1\n";
    expect((await bench.refusal(await bench.put("wrap.csv", content), lonLat)).message).toContain(
      "2 longitude out of range",
    );
    const wrapped = { crs: "+proj=longlat +datum=WGS84 +lon_wrap=180" };
    expect((await layText("lon,lat\n7.1,46.1\n352.9,46.1\n-1,46\n", wrapped)).report).toMatchObject({
      used: 1,
      skipped: { "longitude out of range": 1, "outside the grid": 1 },
    });
  });
});

describe("a text table is refused", () => {
  const cases: [what: string, content: string | Uint8Array, dataset: object, wanted: object][] = [
    ["when it is empty", "", {}, { kind: "input", message: /the file is empty/ }],
    ["when it is blank", "\ufeff \n\n", {}, { kind: "input", message: /the file is empty/ }],
    [
      "for a NUL byte",
      "lon,lat\n7,46\n7\0,46\n",
      {},
      { kind: "input", message: /NUL byte/, place: { line: 3 } },
    ],
    [
      "for a NUL byte far behind",
      `lon,lat\n${"7,46\n".repeat(600_000)}7\0,46\n`,
      {},
      { kind: "input", message: /NUL byte/, place: { line: 600_002 } },
    ],
    [
      "for a quote that never closes",
      'lon,lat,v\n7,46,"a\n7,46,b\n',
      {},
      { kind: "input", message: /not closed before the end/, place: { line: 2 } },
    ],
    [
      "for a quote that never closes far behind",
      `lon,lat\n${"7,46\n".repeat(600_000)}"7,46\n7,46\n`,
      {},
      { kind: "input", message: /not closed/, place: { line: 600_002 } },
    ],
    [
      "for a quote that closes lines later",
      'lon,lat,v\n7,46,"a\n7,46,"b"\n',
      {},
      { kind: "input", message: /closes in the middle of a text on line 3/, place: { line: 2 } },
    ],
    [
      "for UTF-16 without a mark",
      Buffer.from(text, "utf16le"),
      {},
      { kind: "input", message: /UTF-16/, hint: /encoding/ },
    ],
    ["for UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x6c, 0, 0, 0]), {}, { kind: "input", message: /UTF-32/ }],
    [
      "for bytes that are not what the configuration says",
      Buffer.from("lon,lat\n7,46\n\xe9,46\n", "latin1"),
      { encoding: "utf-8" },
      { kind: "input", message: /not valid UTF-8/, place: { line: 3 } },
    ],
    [
      "for an encoding that there is not",
      text,
      { encoding: "windows1252x" },
      { kind: "usage", hint: /did you mean windows-1252/, place: { key: "encoding" } },
    ],
    [
      "for a decimal comma",
      "lon;lat\n7,1;46,1\n",
      {},
      { kind: "usage", hint: /delimiter: ";"` and `decimal: ","/, place: { key: "decimal" } },
    ],
    [
      "for a delimiter that is none",
      text,
      { delimiter: "1" },
      { kind: "usage", place: { key: "delimiter" } },
    ],
    [
      "for a column that it has not",
      text,
      { x: "lom" },
      {
        kind: "usage",
        message: /column "lom" does not exist/,
        hint: /did you mean "lon"\? the file has "lon", "lat", "species"/,
        place: { key: "x" },
      },
    ],
    ["for an empty column name", 'lon,lat,""\n7,46,1\n', { x: "" }, { kind: "usage", place: { key: "x" } }],
    [
      "for two columns of the name",
      "lon,lat,lon\n7,46,8\n",
      {},
      { kind: "usage", message: /columns 1 and 3 are both called "lon"/ },
    ],
    [
      "for two columns that differ in case only",
      "Lon,lat,LON\n7,46,8\n",
      {},
      { kind: "usage", message: /columns 1 and 3/ },
    ],
    [
      "for a measure without its column",
      text,
      { measure: "mean" },
      { kind: "usage", message: /needs `value:`/ },
    ],
    [
      "for a measure of polygons",
      text,
      { measure: "coverage" },
      { kind: "usage", hint: /allowed: records, species/ },
    ],
    [
      "for a column per species without a column of theirs",
      "lon,lat\n7,46\n",
      { expand: "species" },
      { kind: "usage", message: /column "species" does not exist/, place: { key: "species" } },
    ],
    ["for a column per year", text, { by: "year" }, { kind: "usage", place: { key: "by" } }],
    [
      "when all records have two fields more",
      "lon,lat\n1,7,46,2\n2,7,46,3\n",
      {},
      { kind: "input", message: /header has 2 fields.*have 4/, place: { line: 1 } },
    ],
    [
      "when the delimiter is another",
      "lon:lat\n7:46\n",
      {},
      { kind: "usage", message: /column "lon" does not exist/ },
    ],
    [
      "when no coordinate is a number",
      "lon,lat\n7°E,46°N\nx,y\n,46\n",
      {},
      {
        kind: "input",
        message:
          /1 coordinate missing \(first in line 4: "", "46"\); 2 coordinate is not a number \(first in line 2: "7°E", "46°N"\)/,
      },
    ],
    ["when all latitudes are out of range", "lon,lat\n7,146\n", {}, { kind: "input", hint: /swapped/ }],
    [
      "when no record falls on the grid",
      "lon,lat\n-65.4,-10.3\n100,20\n",
      {},
      {
        kind: "input",
        message:
          /extent is \[-65.4, -10.3, 100, 20\] in EPSG:4326, the grid's is \[5, 45, 11, 51\] in EPSG:4326/,
      },
    ],
    [
      "when no record falls on the grid from another CRS",
      "lon,lat\n500000,6000000\n",
      { crs: "EPSG:32633" },
      {
        kind: "input",
        message:
          /\[500000, 6000000, 500000, 6000000\] in EPSG:32633 \(\[15, 54.1\d+, 15, 54.1\d+\] in EPSG:4326\), the grid's is \[5, 45, 11, 51\] in EPSG:4326 \(\[-2\d+(\.\d+)?, \d+(\.\d+)?, 2\d+(\.\d+)?, \d+(\.\d+)?\] in EPSG:32633\)/,
      },
    ],
    ["when it is a web page", "<!DOCTYPE html>\n<html>", {}, { kind: "input", message: /web page/ }],
    [
      "when it is a ZIP archive",
      "PK\x03\x04....",
      {},
      { kind: "input", message: /ZIP archive is truncated or damaged/ },
    ],
    [
      "when it is damaged gzip",
      gzipSync(text).fill(7, 12, 20),
      {},
      { kind: "input", message: /gzip data is damaged/ },
    ],
    [
      "when it is half of a gzip",
      gzipSync(`${text}${Array.from({ length: 99_999 }, (_, i) => `7.${i},46\n`).join("")}`).subarray(
        0,
        150_000,
      ),
      {},
      { kind: "input", message: /truncated/ },
    ],
    [
      "when it is gzip with a wrong check sum",
      gzipSync(text).map((byte, index, all) => (index === all.length - 6 ? byte ^ 1 : byte)),
      {},
      { kind: "input", message: /gzip data is damaged/ },
    ],
    ["when it is gzip of nothing", gzipSync(""), {}, { kind: "input", message: /empty/ }],
  ];

  it.each(cases)("%s", async (_, content, dataset, wanted) => {
    const path = await bench.put("refused.csv", content);
    const error = await bench.refusal(path, { ...lonLat, ...dataset });
    const { kind, message, hint, place } = wanted as {
      kind: string;
      message?: RegExp;
      hint?: RegExp;
      place?: object;
    };
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(path);
    if (message) expect(error.message).toMatch(message);
    if (hint) expect(error.hint).toMatch(hint);
    expect(error.place).toMatchObject({ file: path, ...place });
    const leftovers = (await readdir(bench.folder)).filter((file) => file.endsWith(".rows"));
    expect(leftovers).toEqual([]);
  });

  it("when it is a directory, or not there", async () => {
    await mkdir(join(bench.folder, "folder.csv"));
    expect((await bench.refusal(join(bench.folder, "folder.csv"))).message).toContain(
      "this folder contains no table",
    );
    expect((await bench.refusal(join(bench.folder, "nothing.csv"))).message).toContain(
      "the file does not exist",
    );
  });

  it.each([
    ["7.1,46.1\n7.1\nx,46\n", "line 3: wrong number of fields"],
    ["7.1,46.1\nx,46\n7.1\n", 'line 3: coordinate is not a number ("x", "46")'],
    ["7.1,46.1\n8,146\n,46\n", 'line 3: latitude out of range ("8", "146")'],
    ['"7.1"x,46.1\n7.1,46.1\n', "line 2: misplaced quote"],
  ])("at its first fault when it must be strict: %j", async (body, message) => {
    const path = await bench.put("strict.csv", `lon,lat\n${body}`);
    expect((await bench.refusal(path, { ...lonLat, strict: true })).message).toBe(`${path}, ${message}`);
    expect((await bench.lay(path, lonLat)).report.used).toBe(1);
  });

  it("when strict and its values are no numbers, but not when they are missing", async () => {
    const settings = { ...lonLat, strict: true, measure: "mean", value: "v" } as const;
    const bad = await bench.put("strict-value.csv", "lon,lat,v\n7.1,46.1,1\n7.1,46.1,\n7.1,46.1,x\n");
    expect((await bench.refusal(bad, settings)).message).toBe(`${bad}, line 4: value is not a number ("x")`);
    const good = await bench.put("strict-value.csv", "lon,lat,v\n7.1,46.1,1\n7.1,46.1,\n70,46.1,1\n");
    expect((await bench.lay(good, settings)).cells).toEqual([[first, 1]]);
  });

  it("when the run is stopped", async () => {
    const stop = new AbortController();
    const path = await bench.put("big.csv", `lon,lat\n${"7.1,46.1\n".repeat(2_000_000)}`);
    const laying = bench.lay(path, lonLat, { signal: stop.signal });
    setTimeout(() => stop.abort(), 30);
    await expect(laying).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("what the rest of a text shows", () => {
  const plain = "7.1\t46.1\tplain\n".repeat(300_000);

  it("decides its quoting, on one thread and two", async () => {
    const stray = `lon\tlat\tnote\n7.1\t46.1\t"a"\n${plain}7.1\t46.1\t"b\n8.1\t47.1\tc\n8.1\t47.1\td" e\n`;
    const broken = `note\tlon\tlat\n${"plain\t7.1\t46.1\n".repeat(300_000)}"two\nlines"\t8.1\t47.1\n`;
    for (const threads of [1, 2]) {
      await bench.store.configure({ threads });
      expect(await layText(stray)).toMatchObject({
        cells: [
          [second, 2],
          [first, 300_002],
        ],
        report: { read: 300_004, used: 300_004, warnings: [] },
      });
      expect(await layText(broken)).toMatchObject({
        cells: [
          [second, 1],
          [first, 300_000],
        ],
        report: { read: 300_001, used: 300_001, warnings: [] },
      });
    }
  });

  it("may be records that lack fields, among those that DuckDB rejects", async () => {
    const late = `lon\tlat\tnote\n${plain}8.1\t47.1\n8.1\n8.1\t47.1\ta\tb\n\n8.1\t47.1\ta\t\n`;
    expect(await layText(late)).toMatchObject({
      cells: [
        [second, 2],
        [first, 300_000],
      ],
      report: {
        read: 300_004,
        used: 300_002,
        skipped: { "wrong number of fields": 2 },
        warnings: [
          "1 record has fewer fields than the header: the missing ones are read as empty (line 300002)",
          "2 records left out: wrong number of fields (lines 300003, 300004)",
        ],
      },
    });
  });
});

describe("a text table is read as it was meant", () => {
  it.each([
    ["with stray quotes, told so", 'lon,lat,note\n7.1,46.1,"a\n8.1,47.1,b\n', { quoting: "none" }],
    ["with escaped delimiters", "lon,note,lat\n7.1,a\\,b,46.1\n8.1,c\\\\,47.1\n", { quoting: "backslash" }],
    ["with a header that has a delimiter more", "lon\tlat\t\n7.1\t46.1\n8.1\t47.1\n", {}],
    ["with a header that has one more, and some records too", "lon,lat,v,\n7.1,46.1,1,x\n8.1,47.1,2\n", {}],
    ["after lines to skip", "a title\n\nlon,lat\n7.1,46.1\n8.1,47.1\n", { skip: 2 }],
    ["after a separator", "\ufeffsep=|\r\nlon|lat\r\n7.1|46.1\r\n8.1|47.1\r\n", {}],
    ["after a quoted separator", '"sep=;"\nlon;lat\n7.1;46.1\n8.1;47.1\n', {}],
    ["after remarks", '# by hand, "all"\n#\nlon,lat\n7.1,46.1\n8.1,47.1\n', {}],
    ["from a remark, as numpy writes its header", "# by hand\n# lon lat\n7.1 46.1\n8.1 47.1\n", {}],
    ["from a remark without any before it", "# lon lat v\n7.1 46.1 20\n8.1 47.1 21\n", {}],
    ["from a remark with commas", "# made\n#lon,lat\n7.1,46.1\n8.1,47.1\n", {}],
    ["between remarks", "lon,lat\n// one\n7.1,46.1\n// 8,47\n8.1,47.1\n", { comment: "//" }],
    ["in columns", "    lon   lat\n    7.1  46.1\n    8.1  47.1  \n", {}],
  ])("%s", async (_, content, dataset) => {
    const laid = await layText(content, dataset);
    expect(laid).toMatchObject(twoRecords);
    expect(laid.report.warnings).toEqual([]);
  });

  it.each([
    ["tabs", '"lon"\t"lat"\n"1"\t7.1\t46.1\n"2"\t8.1\t47.1\n'],
    ["blanks", '"lon" "lat"\n"1" 7.1 46.1\n"2" 8.1 47.1\n'],
    ["no quotes", "lon,lat\n1,7.1,46.1\n2,8.1,47.1\n"],
    ["nothing in its last column", "lon,lat,v\n1,7.1,46.1,\n2,8.1,47.1,\n"],
  ])("with R's row names and %s, which is told", async (_, content) => {
    const laid = await layText(content);
    expect(laid).toMatchObject(twoRecords);
    expect(laid.report.warnings).toEqual([expect.stringContaining("row names")]);
  });

  it("with a stray quote where the header is quoted", async () => {
    const content = '"lon"\t"lat"\t"note"\n"7.1"\t"46.1"\t"a"\n"8.1"\t"47.1"\t"b"c"\n';
    expect((await layText(content)).report).toMatchObject({
      read: 2,
      used: 1,
      warnings: ["1 record left out: misplaced quote (line 3)"],
    });
  });

  it("with remarks between its records, which are counted", async () => {
    const { cells, report } = await layText("# one\nlon,lat\n# two\n7.1,46.1\n# 7.1,46.1\n8.1,47.1\n");
    expect({ cells, report }).toMatchObject(twoRecords);
    expect(report.warnings).toEqual([
      "2 lines after the header begin with # and are treated as comments (lines 3, 5)",
    ]);
  });

  it("with truth values, where a column has nothing else", async () => {
    const sum = async (values: readonly string[]): Promise<Laid> =>
      layText(`lon,lat,v\n${values.map((value) => `7.1,46.1,${value}\n`).join("")}`, {
        measure: "sum",
        value: "v",
      });
    expect((await sum(["TRUE", "FALSE", "NA", "TRUE"])).cells).toEqual([[first, 2]]);
    expect((await sum(["True", "false", "true"])).cells).toEqual([[first, 2]]);
    expect((await sum(["T", "F", "", "T"])).cells).toEqual([[first, 2]]);
    for (const values of [
      ["T", "0.5", "1"],
      ["0.5", "TRUE", "1"],
    ]) {
      const { cells, report } = await sum(values);
      expect(cells).toEqual([[first, 1.5]]);
      expect(report.skipped).toEqual({ "value is not a number": 1 });
    }
  });

  it("but not without a header in sight: where it is later is told", async () => {
    const path = await bench.put("late.csv", "A title\n\nby somebody\nlon,lat\n7.1,46.1\n");
    const error = await bench.refusal(path, lonLat);
    expect(error.message).toBe(`${path}, line 1: the header has no columns "lon" and "lat": it is "A title"`);
    expect(error.hint).toBe("line 4 has them: add `skip: 3` to the dataset");
  });
});

describe("a table that DuckDB reads straight", () => {
  it("gives what the same table gives when it is rewritten first", async () => {
    const word = fc.constantFrom(
      "7.1",
      "46.1",
      "8.1",
      "47.1",
      " 8.1",
      "NA",
      "",
      "x",
      "200",
      "0",
      "Lynx",
      "é",
      "'",
      "1_0",
      "NaN",
    );
    const record = fc.oneof(
      { weight: 8, arbitrary: fc.array(word, { minLength: 3, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.array(fc.oneof(word, fc.constant("")), { minLength: 1, maxLength: 6 }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 60 }),
        fc.constantFrom("records", "species", "mean"),
        async (records, measure) => {
          const content = ["lon,lat,v", "7.1,46.1,1", ...records.map((fields) => fields.join(","))].join(
            "\n",
          );
          const settings = { measure, value: "v", species: "v" };
          const straight = await layText(`${content}\n`, settings);
          expect(await layText(content.replace("lon,lat", '"lon",lat'), settings)).toEqual(straight);
          expect(await layText(content.replaceAll("\n", "\r\n"), settings)).toEqual(straight);
          expect(await layText(gzipSync(`${content}\n`), settings)).toEqual(straight);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("keeps its rows when it is large and has faults all over, on one thread and two", async () => {
    const lines = Array.from({ length: 400_000 }, (_, i) =>
      i % 1000 === 999 ? `${i}` : `${i},7.${i % 9},46.1,${"x".repeat(i % 50)}`,
    );
    const path = await bench.put("faults.csv", `id,lon,lat,note\n${lines.join("\n")}\n`);
    const laid: Laid[] = [];
    for (const threads of [1, 2]) {
      await bench.store.configure({ threads });
      laid.push(await bench.lay(path, lonLat));
    }
    expect(laid[0]).toEqual(laid[1]);
    expect(laid[0]!.report).toEqual({
      read: 400_000,
      used: 399_600,
      skipped: { "wrong number of fields": 400 },
      warnings: ["400 records left out: wrong number of fields (lines 1001, 2001, 3001, 4001, 5001, ...)"],
    });
  });

  it("is the fixture that pandas read", async () => {
    const { report } = await bench.lay(join(fixtures, "occurrences.csv"));
    expect(report.warnings).toEqual([]);
  });
});
