import type { ZipText } from "./packing.js";
import type { LineEnd } from "./line-ends.js";

/** A column of a text, as its archive describes it. */
export interface LayoutColumn {
  readonly name: string;
  /** What messages call it: the address of its term. */
  readonly term: string;
  /** The position of its field in a record; undefined for a column that the text does not have. */
  readonly field: number | undefined;
  /** Stands in for an empty field. */
  readonly fallback?: string;
  /** The position of a parent's column whose value a record takes if it has none of its own. */
  readonly inherited?: number;
}

/** How a text is to be read, where that is described and need not be found out. */
export interface TextLayout {
  /** The file with the description. */
  readonly description: string;
  /** As the description names it; the configuration may say otherwise. */
  readonly encoding: string;
  readonly delimiter: string;
  /** The character that encloses fields; undefined if none does. */
  readonly quote: string | undefined;
  readonly lineEnd: LineEnd;
  readonly headerLines: number;
  readonly columns: readonly LayoutColumn[];
  readonly parent?: ParentText;
}

/** A text whose records stand behind those of another, such as events behind occurrences. */
export interface ParentText {
  readonly parts: readonly {
    readonly path: string;
    readonly packing: ZipText;
    readonly described: TextLayout;
  }[];
  /** The field of a record that names its parent. */
  readonly link: number;
  /** The field of a parent with its own name. */
  readonly key: number;
}
