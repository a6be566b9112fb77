import type { ColumnKind } from "../columns.js";

/** A column's buffers in Arrow's layout, in a form that can be passed to another thread. */
export interface CsvColumn {
  readonly kind: ColumnKind;
  readonly values: ArrayBufferView;
  /** One bit per row, least significant first; undefined where there are no nulls. */
  readonly validity: Uint8Array | undefined;
  /** For text only: the offset of each row's bytes, and the end. */
  readonly offsets: Int32Array | undefined;
}
