import { inputError } from "../faults.js";
import type { LayoutColumn, ParentText, TextLayout } from "../text/layout.js";
import { nameOfTerm, type MetaField, type MetaTable } from "./meta.js";

/** The core of an archive whose records are in an extension. */
interface CoreTexts {
  readonly core: MetaTable;
  readonly texts: ParentText["parts"];
}

/**
 * How the files of a table are to be read.
 * @param file what messages call `meta.xml`
 */
export function layoutOf(file: string, table: MetaTable, behind?: CoreTexts): TextLayout {
  const refuse = (message: string, hint?: string): never => {
    throw inputError(file, message, { line: table.line, ...(hint === undefined ? {} : { hint }) });
  };
  const { element, delimiter, quote, lineEnd, headerLines, encoding } = table;
  const character = (key: string, text: string): string =>
    text.length === 1 && text.charCodeAt(0) > 0 && text.charCodeAt(0) < 128
      ? text
      : refuse(
          `${key}=${JSON.stringify(text)} of <${element}> is not one ASCII character`,
          "write the data in another way",
        );
  const marks = [
    character("fieldsTerminatedBy", delimiter),
    lineEnd === "\r\n" ? "\n" : character("linesTerminatedBy", lineEnd),
    ...(quote === "" ? [] : [character("fieldsEnclosedBy", quote)]),
  ];
  if (new Set(marks).size < marks.length || ["\n", "\r"].includes(marks[0]!)) {
    refuse(
      `<${element}> gives the same character for two of fieldsTerminatedBy, linesTerminatedBy, fieldsEnclosedBy`,
    );
  }
  const common = {
    description: file,
    encoding,
    delimiter,
    quote: quote === "" ? undefined : quote,
    lineEnd: marks[1]!,
    headerLines,
  };
  const columns = columnsOf(table);
  if (!behind) return { ...common, columns };
  const { core, texts } = behind;
  if (table.id === undefined)
    refuse("<extension> has no <coreid>, so that its records belong to nothing in the core");
  if (core.id === undefined) refuse("<core> has no <id>, so that records of an extension can't belong to it");
  return {
    ...common,
    columns: withInherited(columns, texts[0]!.described.columns),
    parent: { parts: texts, link: table.id!, key: core.id! },
  };
}

function columnsOf({ element, fields, id }: MetaTable): LayoutColumn[] {
  const columns = fields.map((field) => ({
    name: nameAmong(field, fields),
    term: field.term,
    field: field.index,
    ...(field.fallback === undefined ? {} : { fallback: field.fallback }),
  }));
  const name = element === "core" ? "id" : "coreid";
  const isNamed = columns.some((column) => column.field === id || column.name.toLowerCase() === name);
  return id === undefined || isNamed ? columns : [...columns, { name, term: `<${name}>`, field: id }];
}

/** Of several terms whose addresses end alike, that of Darwin Core has the short name. */
function nameAmong({ term }: MetaField, fields: readonly MetaField[]): string {
  const name = nameOfTerm(term);
  const alike = fields.filter((field) => field.term !== term && sameName(nameOfTerm(field.term), name));
  const isOwn = (address: string): boolean => /^https?:\/\/rs\.tdwg\.org\/dwc\/|^dwc:/i.test(address);
  return alike.length === 0 || (isOwn(term) && !alike.some((field) => isOwn(field.term))) ? name : term;
}

/** The columns of a record: its own, and those of its parent. */
function withInherited(own: readonly LayoutColumn[], parents: readonly LayoutColumn[]): LayoutColumn[] {
  const isOf = (name: string) => (column: LayoutColumn) => sameName(column.name, name);
  const inheriting = own.map((column) => {
    const inherited = parents.findIndex(isOf(column.name));
    return inherited < 0 ? column : { ...column, inherited };
  });
  const further = parents.flatMap(({ name, term }, inherited) =>
    own.some(isOf(name)) ? [] : [{ name, term, field: undefined, inherited }],
  );
  return [...inheriting, ...further];
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
