import type { ColumnKind } from "../columns.js";

/** A column's buffers in Arrow's layout, as they can be handed to another thread. */
export interface CsvColumn {
  readonly kind: ColumnKind;
  readonly values: ArrayBufferView;
  /** One bit per row, least significant first; undefined where there are no nulls. */
  readonly validity: Uint8Array | undefined;
  /** Of text only: where each row's bytes begin, and the end. */
  readonly offsets: Int32Array | undefined;
}
