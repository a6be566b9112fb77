import type { ZipEntry } from "../archive/zip.js";
import type { LineEnd } from "./line-ends.js";

/** A text in a ZIP archive. */
export interface ZipText {
  readonly entry: ZipEntry;
  /** What ends its lines, if the archive says so. */
  readonly lineEnd?: LineEnd | undefined;
}

/** How the bytes of a text are kept. */
export type Packing = "none" | "gzip" | ZipText;
