import { SaxesParser, type SaxesTagNS } from "saxes";
import { isQuadratError } from "@quadrat/core";
import { markedEncoding } from "@quadrat/core/host";
import { inputError } from "../faults.js";

/** A column of a data file, or a value that is the same for all its records. */
export interface MetaField {
  readonly term: string;
  /** The position of the column, from 0. */
  readonly index?: number;
  /** Stands in for an empty value, or for a column without an index. */
  readonly fallback?: string;
}

/** A `core` or `extension` of a Darwin Core Archive. */
export interface MetaTable {
  readonly element: "core" | "extension";
  readonly rowType: string;
  readonly encoding: string;
  readonly delimiter: string;
  /** The character that encloses fields, "" if none does. */
  readonly quote: string;
  readonly lineEnd: string;
  readonly headerLines: number;
  /** Names of its files in the archive, as written. */
  readonly locations: readonly string[];
  /** The position of the column `id` or `coreid`. */
  readonly id?: number;
  readonly fields: readonly MetaField[];
  /** The line of `meta.xml` on which it begins. */
  readonly line: number;
}

/** What `meta.xml` says. */
export interface Meta {
  readonly core: MetaTable;
  readonly extensions: readonly MetaTable[];
}

type Draft = { -readonly [key in keyof MetaTable]: MetaTable[key] } & {
  readonly locations: string[];
  readonly fields: MetaField[];
};

/** The default of `rowType`, as the Darwin Core text guide has it. */
const simpleRecord = "http://rs.tdwg.org/dwc/xsd/simpledarwincore/SimpleDarwinRecord";

/**
 * Reads `meta.xml` as the Darwin Core text guide describes it. No entity is resolved: a document type is refused.
 * @param file what messages call it
 */
export function parseMeta(file: string, bytes: Buffer): Meta {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const fail = (message: string, hint?: string): never => {
    throw inputError(file, message, { line: parser.line, ...(hint === undefined ? {} : { hint }) });
  };
  const tables: Draft[] = [];
  let depth = 0;
  let table: Draft | undefined;
  let location: string | undefined;

  parser.on("doctype", () =>
    fail(
      "the file has a document type (DOCTYPE), which may define entities: none is resolved",
      "remove the DOCTYPE from meta.xml",
    ),
  );
  parser.on("opentag", (tag) => {
    depth++;
    if (depth === 1 && tag.local !== "archive") {
      fail(
        `the file does not describe a Darwin Core Archive: its root element is <${tag.name}>, not <archive>`,
      );
    }
    const attribute = attributesOf(tag);
    switch (tag.local) {
      case "core":
      case "extension":
        table = openTable(tag.local, attribute, parser.line, fail);
        tables.push(table);
        break;
      case "location":
        location = "";
        break;
      case "id":
      case "coreid":
        if (table) table.id = indexOf(`<${tag.local}>`, attribute("index"), fail) ?? 0;
        break;
      case "field":
        table?.fields.push(fieldOf(attribute, fail));
    }
  });
  parser.on("text", (text) => {
    if (location !== undefined) location += text;
  });
  parser.on("cdata", (text) => {
    if (location !== undefined) location += text;
  });
  parser.on("closetag", ({ local }) => {
    depth--;
    if (local === "location") {
      table?.locations.push((location ?? "").trim());
      location = undefined;
    }
    if (local === "core" || local === "extension") table = undefined;
  });
  try {
    parser.write(decoded(bytes)).close();
  } catch (cause) {
    if (isQuadratError(cause)) throw cause;
    const message = (cause as Error).message.replace(/^\d+:\d+: /, "");
    throw inputError(file, `the file is not well-formed XML: ${message}`, { cause, line: parser.line });
  }
  const cores = tables.filter(({ element }) => element === "core");
  const [core] = cores;
  if (!core) throw inputError(file, "the file has no <core>");
  if (cores.length > 1) throw inputError(file, "the file has several <core>", { line: cores[1]!.line });
  return { core, extensions: tables.filter(({ element }) => element === "extension") };
}

type Fail = (message: string, hint?: string) => never;
type Attribute = (name: string) => string | undefined;

function attributesOf({ attributes }: SaxesTagNS): Attribute {
  const all = Object.values(attributes);
  return (name) => all.find(({ local }) => local === name)?.value;
}

function openTable(element: "core" | "extension", attribute: Attribute, line: number, fail: Fail): Draft {
  const headerLines = Number(attribute("ignoreHeaderLines") ?? 0);
  if (!Number.isInteger(headerLines) || headerLines < 0) {
    fail(`ignoreHeaderLines="${attribute("ignoreHeaderLines")}" of <${element}> is not a number of lines`);
  }
  return {
    element,
    rowType: attribute("rowType") ?? simpleRecord,
    encoding: attribute("encoding") ?? "UTF-8",
    delimiter: unescaped(attribute("fieldsTerminatedBy") ?? ","),
    quote: unescaped(attribute("fieldsEnclosedBy") ?? '"'),
    lineEnd: unescaped(attribute("linesTerminatedBy") ?? "\n"),
    headerLines,
    locations: [],
    fields: [],
    line,
  };
}

function fieldOf(attribute: Attribute, fail: Fail): MetaField {
  const term = attribute("term")?.trim() ?? "";
  if (nameOfTerm(term) === "") fail("a <field> has no term");
  const index = indexOf(term, attribute("index"), fail);
  const fallback = attribute("default");
  return {
    term,
    ...(index === undefined ? {} : { index }),
    ...(fallback === undefined || fallback === "" ? {} : { fallback }),
  };
}

function indexOf(what: string, text: string | undefined, fail: Fail): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\s*\d{1,6}\s*$/.test(text))
    fail(`index="${text}" of ${what} is not the position of a column, counted from 0`);
  return Number(text);
}

/** The last part of a term's address, by which it is known. */
export function nameOfTerm(term: string): string {
  return term.replace(/[/#]+$/, "").replace(/^.*[/#:]/s, "");
}

/** Characters that attributes write with a backslash, because XML makes a tab or a line end in them a space. */
function unescaped(text: string): string {
  const signs: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f", "\\": "\\" };
  return text.replace(/\\([tnrf\\])/g, (_, sign: string) => signs[sign]!);
}

function decoded(bytes: Buffer): string {
  const declared = /^[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(bytes.toString("latin1", 0, 200))?.[1];
  return new TextDecoder(markedEncoding(bytes) ?? declared ?? "utf-8", { fatal: true }).decode(bytes);
}
