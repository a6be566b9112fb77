import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Grid, type DatasetConfig } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { lineEnds } from "../../src/tables/text/line-ends.js";
import { shared, useBench } from "./support.js";
import { zip, type Packed } from "./zip.js";

const bench = useBench();
/** Cells of a degree: the cell of (10.5, 40.5) is named by its corner, "10 40". */
const globe = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [-180, -90, 180, 90] });
const terms = "http://rs.tdwg.org/dwc/terms/";
let count = 0;

interface Meta {
  readonly core?: string;
  readonly attributes?: string;
  readonly location?: string;
  readonly fields?: string;
  readonly more?: string;
}

const places = field(1, "decimalLongitude") + field(2, "decimalLatitude") + field(3, "scientificName");

function field(index: number | undefined, term: string, fallback?: string): string {
  const [at, other] = [
    index === undefined ? "" : `index="${index}"`,
    fallback === undefined ? "" : `default="${fallback}"`,
  ];
  return `<field ${at} ${other} term="${term.includes(":") ? term : terms + term}"/>`;
}

const tabs = String.raw`encoding="UTF-8" fieldsTerminatedBy="\t" linesTerminatedBy="\n" fieldsEnclosedBy=""`;

function meta({
  core = "Occurrence",
  attributes = `${tabs} ignoreHeaderLines="1"`,
  location = "<location>occurrence.txt</location>",
  fields = places,
  more = "",
}: Meta = {}): Packed {
  const content = `<?xml version="1.0" encoding="UTF-8"?>
<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">
  <core ${attributes} rowType="${terms}${core}"><files>${location}</files><id index="0"/>${fields}</core>${more}
</archive>`;
  return { name: "meta.xml", content };
}

const header = "a\tb\tc\td\n";
const text = (content: string | Uint8Array): Packed => ({ name: "occurrence.txt", content });
const four = `${header}1\t10.5\t40.5\tLynx lynx\n2\t10.6\t40.6\tLynx lynx\n3\t10.7\t40.7\tUrsus arctos\n4\t20.5\t40.5\tLynx lynx\n`;

async function put(files: readonly Packed[] | Buffer): Promise<string> {
  return bench.put(`${++count}.zip`, Buffer.isBuffer(files) ? files : zip(files));
}

type Cells = Record<string, number>;

async function lay(
  files: readonly Packed[],
  dataset: Partial<DatasetConfig> = {},
): Promise<{ cells: Cells; read: number; skipped: object; warnings: readonly string[] }> {
  const { cells, report } = await bench.lay(await put(files), dataset, { grid: globe });
  const named = cells.map(
    ([cell, value]) => [`${(cell % 360) - 180} ${89 - Math.floor(cell / 360)}`, value] as const,
  );
  return { cells: Object.fromEntries(named), ...report };
}

async function refusal(
  files: readonly Packed[] | Buffer,
  dataset: Partial<DatasetConfig> = {},
): Promise<string> {
  const path = await put(files);
  const { kind, message, hint } = await bench.refusal(path, dataset, { grid: globe });
  expect(["input", "usage"]).toContain(kind);
  expect(message.startsWith(path)).toBe(true);
  const left = readdirSync(bench.folder).filter((name) => !/^(bench\.duckdb.*|\d+\.zip|several)$/.test(name));
  expect(left).toEqual([]);
  return `${message.slice(path.length)}; ${hint}`;
}

const both = { "10 40": 3, "20 40": 1 };
const names = { measure: "species" } as const;

describe("a Darwin Core Archive", () => {
  it("has columns by their terms, whatever its header says", async () => {
    const { cells, read, warnings } = await lay([meta(), text(four)]);
    expect([cells, read, warnings]).toEqual([both, 4, []]);
    expect((await lay([meta(), text(four)], names)).cells).toEqual({ "10 40": 2, "20 40": 1 });
    const path = { x: "dwc:decimalLongitude", y: `${terms}decimalLatitude` };
    expect((await lay([meta(), text(four)], path)).cells).toEqual(both);
  });

  it("may lie in a folder, with notes of other programs beside it", async () => {
    const inFolder = ({ name, content }: Packed): Packed => ({ name: `dwca/${name}`, content });
    const notes = [
      { name: "__MACOSX/dwca/._meta.xml", content: "x" },
      { name: "dwca/eml.xml", content: "<eml/>" },
    ];
    expect((await lay([...notes, ...[meta(), text(four)].map(inFolder)])).cells).toEqual(both);
  });

  it.each([0, 1, 3])("has %i lines before its records", async (lines) => {
    const description = meta({ attributes: `${tabs} ignoreHeaderLines="${lines}"` });
    const before = ['# by "hand\n', "x\n", header].slice(0, lines).join("");
    const { cells, read } = await lay([description, text(before + four.slice(header.length))]);
    expect([cells, read]).toEqual([both, 4]);
  });

  it.each([
    ["quotes are text", "", "\\t", '1\t10.5\t40.5\t"Lynx\n2\t10.5\t40.5\tLynx"\n', 2],
    ["quotes enclose", "&quot;", ",", '1,10.5,40.5,"Lynx, ""a"""\n2,"10.5",40.5,"Lynx, ""b"\n', 2],
    ["apostrophes enclose", "'", ",", "1,10.5,40.5,'L''ours, \"a\"'\n2,10.5,40.5,'L''ours, \"a\"'\n", 1],
    ["a control character separates", "", "&#x9;", "1\t10.5\t40.5\tLynx\n", 1],
    ["pipes separate", "", "|", "1|10.5|40.5|Lynx\n2|10.5|40.5|Lynx\n", 1],
  ])("is read as its description says: %s", async (_, quote, delimiter, content, species) => {
    const attributes = `fieldsTerminatedBy="${delimiter}" fieldsEnclosedBy="${quote}"`;
    const { cells, warnings } = await lay([meta({ attributes }), text(content)], names);
    expect([cells, warnings]).toEqual([{ "10 40": species }, []]);
  });

  it("has the text guide's defaults: commas, quotes, no header, UTF-8", async () => {
    const content = '1,10.5,40.5,"Félis, a"\n2,10.5,40.5,"Félis, b"\n';
    expect((await lay([meta({ attributes: "" }), text(content)], names)).cells).toEqual({ "10 40": 2 });
  });

  it.each([
    ["UTF-8", Buffer.from("\ufeff1\t10.5\t40.5\tFélis\n2\t10.5\t40.5\tFelis\n")],
    ["UTF-16", Buffer.from("\ufeff1\t10.5\t40.5\tFélis\n2\t10.5\t40.5\tFelis\n", "utf16le")],
    ["UTF-16LE", Buffer.from("1\t10.5\t40.5\tFélis\n2\t10.5\t40.5\tFelis\n", "utf16le")],
    ["ISO-8859-1", Buffer.from("1\t10.5\t40.5\tFélis\n2\t10.5\t40.5\tFelis\n", "latin1")],
    ["ISO8859_1", Buffer.from("1\t10.5\t40.5\tFélis\n2\t10.5\t40.5\tFelis\n", "latin1")],
  ])("is in the encoding that it names: %s", async (encoding, content) => {
    const description = meta({ attributes: tabs.replace("UTF-8", encoding) });
    const { cells, warnings } = await lay([description, text(content)], names);
    expect([cells, warnings]).toEqual([{ "10 40": 2 }, []]);
  });

  it("that is not UTF-8 as it says is read as windows-1252, with a warning", async () => {
    const content = Buffer.from("1\t10.5\t40.5\tFélis\n2\t10.5\t40.5\tFelis\n", "latin1");
    const { cells, warnings } = await lay([meta({ attributes: tabs }), text(content)], names);
    expect(cells).toEqual({ "10 40": 2 });
    expect(warnings).toEqual([expect.stringContaining("line 1 is not UTF-8")]);
  });

  it.each([
    ["\\n", "\r\n", ""],
    ["\\r\\n", "\n", ""],
    ["\\n", "\r", ""],
    ["\\r", "\r\n", ""],
    ["\\n", "\n", "\r"],
    [";", ";", "\n"],
  ])("has lines that end in %j, in truth in %j", async (said, end, within) => {
    const attributes = `fieldsTerminatedBy="\\t" fieldsEnclosedBy="" linesTerminatedBy="${said}"`;
    const content = `1\t10.5\t40.5\tLynx${within}lynx${end}2\t10.5\t40.5\tUrsus${end}`;
    const { cells, read, warnings } = await lay([meta({ attributes }), text(content)], names);
    expect([cells, read, warnings]).toEqual([{ "10 40": 2 }, 2, []]);
  });

  it("has constants, and values that stand in for empty ones", async () => {
    const fields =
      field(1, "decimalLongitude") +
      field(2, "decimalLatitude", "50.5") +
      field(3, "scientificName", "Incertae sedis") +
      field(undefined, "countryCode", "FR") +
      field(3, "acceptedScientificName");
    const content = `${header}1\t10.5\t40.5\t\n2\t10.5\t40.5\tLynx\n3\t10.5\n4\t10.5\t\tIncertae sedis\n`;
    const files = [meta({ fields }), text(content)];
    const { cells, warnings } = await lay(files, names);
    expect(cells).toEqual({ "10 40": 2, "10 50": 1 });
    expect(warnings).toEqual([expect.stringContaining("1 record has fewer fields than the header")]);
    expect((await lay(files, { ...names, species: "countryCode" })).cells).toEqual({
      "10 40": 1,
      "10 50": 1,
    });
    expect((await lay(files, { ...names, species: "acceptedScientificName" })).cells).toEqual({
      "10 40": 1,
      "10 50": 1,
    });
    const constant = meta({
      fields: field(1, "decimalLongitude") + field(undefined, "decimalLatitude", "-0.5"),
    });
    expect((await lay([constant, text(content)])).cells).toEqual({ "10 -1": 4 });
  });

  it("has several files, each with a header", async () => {
    const location = "<location>occurrence.txt</location><location>./more/occurrence 2.txt</location>";
    const more = {
      name: "more/occurrence 2.txt",
      content: `${header}5\t20.5\t40.5\tUrsus arctos\n6\tx\t40.5\tLynx\n`,
    };
    const { cells, read, warnings } = await lay([meta({ location }), text(four), more]);
    expect([cells, read]).toEqual([{ "10 40": 3, "20 40": 2 }, 6]);
    expect(warnings).toEqual([
      '1 record left out: coordinate is not a number (first in occurrence 2.txt, line 3: "x", "40.5")',
    ]);
  });

  it("has more columns than it describes, and records that are broken", async () => {
    const fields = field(2, "decimalLatitude") + field(1, "decimalLongitude");
    const content = `${four}5\t10.5\t40.5\ta\tone too many\n6\n`;
    const { cells, read, skipped } = await lay([meta({ fields }), text(content)]);
    expect([cells, read, skipped]).toEqual([both, 6, { "wrong number of fields": 2 }]);
    const strict = await refusal([meta({ fields }), text(content)], { strict: true });
    expect(strict).toContain("/occurrence.txt, line 6: wrong number of fields");
  });

  it("keeps the short name for the term of Darwin Core", async () => {
    const fields =
      field(3, "http://purl.org/other/decimalLatitude") +
      field(1, "decimalLongitude") +
      field(2, "decimalLatitude");
    expect((await lay([meta({ fields }), text(four)])).cells).toEqual(both);
  });

  it("may be empty of records", async () => {
    for (const content of [header, ""]) {
      const attributes = `${tabs} ignoreHeaderLines="${content === "" ? 0 : 1}"`;
      const { cells, warnings } = await lay([meta({ attributes }), text(content)]);
      expect([cells, warnings]).toEqual([{}, [expect.stringContaining("there are no records")]]);
    }
  });

  it("is read by ZIP64, stored without compression, and beside other archives", async () => {
    const wide = [meta(), text(four)].map((file) => ({ ...file, wide: true }));
    expect((await lay(wide)).cells).toEqual(both);
    const stored = [meta(), text(four)].map((file) => ({ ...file, method: 0 }));
    expect((await lay(stored)).cells).toEqual(both);
    await bench.put("several/a.zip", zip([meta(), text(four)]));
    await bench.put(
      "several/b.zip",
      zip([{ name: "b.csv", content: "decimalLatitude,decimalLongitude\n40.5,10.5\n" }]),
    );
    const { cells } = await bench.lay(join(bench.folder, "several/*.zip"), {}, { grid: globe });
    expect(cells.map(([, value]) => value)).toEqual([4, 1]);
  });
});

describe("occurrences as an extension", () => {
  const events = `${tabs} ignoreHeaderLines="0"`;
  const eventFields =
    field(0, "eventID") + field(1, "decimalLongitude") + field(2, "decimalLatitude") + field(3, "habitat");
  const occurrenceFields =
    field(1, "decimalLongitude") +
    field(2, "decimalLatitude") +
    field(3, "scientificName") +
    field(4, "recordNumber");
  const extension = (fields = occurrenceFields, rowType = `${terms}Occurrence`): string =>
    `<extension ${events} rowType="${rowType}"><files><location>occ.txt</location></files><coreid index="0"/>${fields}</extension>`;
  const core = (more = extension(), type = "Event", fields = eventFields): Packed =>
    meta({ core: type, attributes: events, location: "<location>event.txt</location>", fields, more });
  const event = {
    name: "event.txt",
    content: "e1\t10.5\t40.5\tforest\ne2\t20.5\t40.5\tmeadow\ne3\t\t\tbog\n",
  };
  const occurrences = [
    "e1\t\t\tLynx\t1", // the event's
    "e1\t30.5\t40.5\tLynx\t2", // its own
    "e1\t30.5\t\tLynx\t3", // half of its own: the event's, both
    "e2\t\t\tUrsus\tx", // the event's
    "e3\t\t\tUrsus\t5", // nowhere
    "e3\t30.5\t40.5\tUrsus\t6", // its own, where the event has none
    "e9\t\t\tUrsus\t7", // no such event
    "\t\t\tUrsus\t8", // of no event
  ];
  const occ = { name: "occ.txt", content: `${occurrences.join("\n")}\n` };

  it("have their own coordinates, or else their event's", async () => {
    const { cells, read, skipped, warnings } = await lay([core(), event, occ]);
    expect(cells).toEqual({ "10 40": 2, "20 40": 1, "30 40": 2 });
    expect([read, skipped]).toEqual([8, { "coordinate missing": 3 }]);
    expect(warnings).toEqual(["3 records left out: coordinate missing (first in line 5)"]);
    expect(await refusal([core(), event, occ], { strict: true })).toContain(
      "/occ.txt, line 5: coordinate missing",
    );
    const third = { measure: "sum", value: "recordNumber" } as const;
    expect((await lay([core(), event, occ], third)).warnings).toContain(
      "1 record left out: value is not a number (first in line 4)",
    );
  });

  it("have columns of their event", async () => {
    const habitat = { measure: "species", species: "habitat" } as const;
    expect((await lay([core(), event, occ], habitat)).cells).toEqual({ "10 40": 1, "20 40": 1, "30 40": 2 });
    const fields = field(3, "scientificName");
    expect((await lay([core(extension(fields)), event, occ])).cells).toEqual({ "10 40": 3, "20 40": 1 });
  });

  it("are taken once where events have the same id, with a warning", async () => {
    const twice = { ...event, content: `${event.content}e1\t50.5\t40.5\tsand\n` };
    const { cells, warnings } = await lay([core(), twice, occ]);
    expect(cells).toEqual({ "10 40": 2, "20 40": 1, "30 40": 2 });
    expect(warnings[0]).toMatch(/event\.txt: 1 record has the id of an earlier one, which counts/);
  });

  it("find their events among more than are held in memory at once", async () => {
    const ids = Array.from({ length: 250_000 }, (_, index) => index);
    const lines = ids.map((id) => `e${id}\t${(id % 3) * 10 + 10.5}\t40.5\t\n`);
    const many = { ...event, content: `${lines.join("")}e7\t-10.5\t40.5\t\n` };
    const some = ids.filter((id) => id % 100 === 7).map((id) => `e${id}\t\t\tLynx\t${id}\n`);
    const { cells, read, skipped, warnings } = await lay([
      core(),
      many,
      { ...occ, content: `${some.join("")}e-1\t\t\tLynx\t1\n` },
    ]);
    const counts = [0, 1, 2].map((rest) => ids.filter((id) => id % 100 === 7 && id % 3 === rest).length);
    expect(cells).toEqual({ "10 40": counts[0], "20 40": counts[1], "30 40": counts[2] });
    expect([read, skipped]).toEqual([2501, { "coordinate missing": 1 }]);
    expect(warnings).toEqual([
      expect.stringContaining("event.txt: 1 record has the id of an earlier one, which counts"),
      "1 record left out: coordinate missing (first in line 2501)",
    ]);
  });

  it("of taxa have their own coordinates and the taxon's name", async () => {
    const taxon = { name: "event.txt", content: "e1\tLynx lynx\ne2\tUrsus arctos\n" };
    const fields = field(1, "decimalLongitude") + field(2, "decimalLatitude");
    const description = core(extension(fields), "Taxon", field(1, "scientificName"));
    const { cells, skipped } = await lay([description, taxon, occ], names);
    expect(cells).toEqual({ "30 40": 1 });
    expect(skipped).toEqual({ "coordinate missing": 6 });
  });

  it("are refused without ids, and where nothing is an occurrence", async () => {
    const nameless = { ...core(), content: (core().content as string).replace('<id index="0"/>', "") };
    expect(await refusal([nameless, event, occ])).toContain("<core> has no <id>");
    const unlinked = core(extension().replace('<coreid index="0"/>', ""));
    expect(await refusal([unlinked, event, occ])).toContain("<extension> has no <coreid>");
    const measurement = "http://rs.tdwg.org/dwc/terms/MeasurementOrFact";
    const message = await refusal([core(extension(places, measurement)), event, occ]);
    expect(message).toContain(
      `no occurrences: its core is of rowType ${terms}Event, with extensions of ${measurement}`,
    );
    const far = core(extension(places + field(7, "sex")));
    expect(await refusal([far, event, occ])).toMatch(
      /index 7 of .*sex does not exist: .*occ\.txt has 5 columns/,
    );
  });
});

describe("an archive without meta.xml", () => {
  it("is its only table", async () => {
    const csv = { name: "x/data.csv", content: "decimalLongitude;decimalLatitude\n10.5;40.5\n" };
    expect((await lay([csv, { name: "README.txt", content: "read me" }])).cells).toEqual({ "10 40": 1 });
  });

  it("is GBIF's simple CSV: tabs, and quotes that mean nothing", async () => {
    const content =
      'gbifID\tspecies\tdecimalLatitude\tdecimalLongitude\n1\t"Lynx"\t40.5\t10.5\n2\tLynx\t40.5\t10.5\n3\t"Lynx\t40.5\t10.5\n';
    const gbif = { name: "0001234-260101000000000.csv", content };
    expect((await lay([gbif], names)).cells).toEqual({ "10 40": 3 });
  });

  it("is refused if it has several tables, or none", async () => {
    const tables = ["a.csv", "b/b.tsv", "c.txt"].map((name) => ({ name, content: "x" }));
    expect(await refusal(tables)).toMatch(
      /several data files, and no meta\.xml .*: a\.csv, b\/b\.tsv, c\.txt/,
    );
    const parts = ["0", "1"].map((name) => ({ name: `occurrence.parquet/00000${name}`, content: "PAR1" }));
    expect(await refusal(parts)).toMatch(/but occurrence\.parquet\/000000, .*; unpack it/);
    const sheet = [
      { name: "[Content_Types].xml", content: "<Types/>" },
      { name: "xl/a.xml", content: "<a/>" },
    ];
    expect(await refusal(sheet)).toMatch(/a spreadsheet or another document.*; save the sheet as CSV/);
    expect(await refusal([])).toContain("the archive is empty");
    expect(await refusal(Buffer.from("<html>"))).toContain("the file is not a ZIP archive");
  });
});

describe("an archive is refused by name", () => {
  const sound = [meta(), text(four)];
  const packed = zip(sound);
  const flipped = (at: number): Buffer =>
    packed.map((byte, index) => (index === at ? byte ^ 0x10 : byte)) as Buffer;

  it.each([
    ["truncated", packed.subarray(0, -30), /truncated or damaged: its directory is not at its end/],
    [
      "with a wrong checksum",
      [meta(), { ...text(four), sum: 1 }],
      /occurrence\.txt: .*checksum \(CRC-32\) is wrong/,
    ],
    [
      "with more bytes than it states",
      [meta(), { ...text(four), size: 20 }],
      /occurrence\.txt: .*longer than the 20 bytes/,
    ],
    [
      "with fewer bytes than it states",
      [meta(), { ...text(four), size: 2e6 }],
      /occurrence\.txt: .*shorter than the 2000000 bytes/,
    ],
    [
      "with damaged data",
      flipped(packed.indexOf("occurrence.txt") + 20),
      /ZIP archive is truncated or damaged/,
    ],
    ["encrypted", [meta(), { ...text(four), flags: 1 }], /occurrence\.txt: the file is encrypted/],
    ["by another method", [meta(), { ...text(four), method: 9 }], /compressed with Deflate64, not Deflate/],
    [
      "with a file that is not there",
      [meta()],
      /meta\.xml, line 3: file "occurrence\.txt" of <core> is not in the archive/,
    ],
    ["with a file twice", [...sound, text(four)], /several files of the name "occurrence\.txt"/],
    [
      "with several descriptions",
      ["a", "b"].map((folder) => ({ ...meta(), name: `${folder}/meta.xml` })),
      /several meta\.xml: a\/meta\.xml, b\/meta\.xml/,
    ],
    [
      "with a column that is not there",
      [meta({ fields: places + field(4, "year") }), text(four)],
      /meta\.xml: index 4 of .*terms\/year does not exist: .*occurrence\.txt has 4 columns/,
    ],
    [
      "without coordinates",
      [meta({ fields: field(3, "scientificName") }), text(four)],
      /column "decimalLongitude" does not exist/,
    ],
    ["without a core", [{ name: "meta.xml", content: "<archive/>" }, text(four)], /has no <core>/],
    ["with another XML", [{ name: "meta.xml", content: "<html/>" }, text(four)], /root element is <html>/],
    [
      "with XML that is not well-formed",
      [{ name: "meta.xml", content: "<archive><core></archive>" }, text(four)],
      /not well-formed XML/,
    ],
    [
      "with too long a description",
      [{ name: "meta.xml", content: `<archive>${" ".repeat(2 ** 20)}</archive>` }],
      /1048595 bytes, of which 1048576 are allowed/,
    ],
    [
      "with an index that is none",
      [{ ...meta(), content: (meta().content as string).replace('index="2"', 'index="-2"') }, text(four)],
      /index="-2" of .*decimalLatitude is not the position/,
    ],
    [
      "with two characters between fields",
      [meta({ attributes: 'fieldsTerminatedBy="||"' }), text(four)],
      /fieldsTerminatedBy="\|\|" of <core> is not one ASCII character/,
    ],
    [
      "in an encoding that nobody knows",
      [meta({ attributes: tabs.replace("UTF-8", "EBCDIC-9") }), text(four)],
      /the encoding "EBCDIC-9" is unknown/,
    ],
    ["of bytes that are no text", [meta(), text(`${four}5\t\0`)], /line 6: the text contains a NUL byte/],
  ] as const)("%s", async (_, files, message) => {
    expect(await refusal(files as readonly Packed[] | Buffer)).toMatch(message);
  });

  it("that would grow out of all proportion", async () => {
    const line = "9\tParus major\t5\t6\n";
    const many = (bytes: number): string => four + line.repeat(Math.ceil(bytes / line.length));
    expect(await refusal([meta(), text(many(65 * 2 ** 20))])).toMatch(
      /occurrence\.txt: the file would grow to \d{3} times its size, 68 MB: a ZIP bomb\?/,
    );
  });

  it.each(["../occurrence.txt", "/etc/passwd", String.raw`data\occurrence.txt`, "C:/x.txt", "a/../../x.txt"])(
    "that leads out of it: %s",
    async (name) => {
      const files = [meta({ location: `<location>${name}</location>` }), { name, content: four }];
      expect(await refusal(files)).toContain(`location ${JSON.stringify(name)} leads out of the archive`);
    },
  );

  it("with a document type, whose entities are not resolved", async () => {
    const content = `<!DOCTYPE archive [<!ENTITY x SYSTEM "file:///etc/passwd">]>${(meta().content as string).replace(/<\?.*\?>/, "")}`;
    expect(await refusal([{ name: "meta.xml", content }, text(four)])).toContain("document type (DOCTYPE)");
    const entity = (meta().content as string).replace("occurrence.txt", "&x;");
    expect(await refusal([{ name: "meta.xml", content: entity }, text(four)])).toContain(
      "not well-formed XML",
    );
  });

  it("with options that it decides itself", async () => {
    expect(await refusal(sound, { skip: 2 })).toContain("`skip` does not apply to a Darwin Core Archive");
  });
});

describe("line ends", () => {
  it.each([
    ["\n", "a b\nc\r\nd;e \r\nf;\ng\n h "],
    ["\r", "a\nb c\nd;e\n\nf; g \nh\n"],
    [";", "a b c  d\ne   f\n g  h "],
  ])("of %j are found wherever chunks end", (mark, expected) => {
    const content = Buffer.from("a\rb\nc\r\nd;e\r\r\nf;\ng\n\rh\r");
    for (let length = 1; length <= content.length; length++) {
      const ends = lineEnds(mark);
      const parts: Buffer[] = [];
      for (let at = 0; at < content.length; at += length) {
        parts.push(Buffer.from(ends.push(Buffer.from(content.subarray(at, at + length)))));
      }
      expect(Buffer.concat([...parts, ends.end()]).toString()).toBe(expected);
    }
  });
});

const cases = join(shared, "cases-pts");
const hostile = join(shared, "hostile");

describe.skipIf(!existsSync(cases))("cases f1 to f3", () => {
  const france = new Grid({ crs: "EPSG:4326", resolution: [0.5, 0.5], bounds: [2, 41, 10, 48] });

  it.each([
    ["f1-dwca-tab", 90, { "coordinate missing": 1, "latitude out of range": 1 }],
    ["f2-dwca-pipe-latin1", 90, {}],
    ["f2-2-dwca-two-header-lines", 90, {}],
    ["f3-dwca-event", 120, { "coordinate missing": 1 }],
  ] as const)("%s", async (name, used, skipped) => {
    const { report } = await bench.lay(join(cases, name, "archive.zip"), {}, { grid: france });
    expect(report).toMatchObject({ used, skipped });
  });
});

describe.skipIf(!existsSync(hostile))("the hostile archives", () => {
  it.each([
    ["d01_zip_slip.zip", /leads out of the archive/],
    ["d03_xxe.zip", /document type \(DOCTYPE\)/],
    ["d11_dwca-nometadata.zip", /column "decimalLongitude" does not exist/],
  ])("%s", async (name, message) => {
    const path = join(hostile, name);
    const error = await bench.refusal(path, {}, { grid: globe });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
  });
});
