/** A table of FlatBuffers; every access is checked, as DataView does it, so that damaged files end in an error. */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;
  readonly #fields: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#vtable = at - view.getInt32(at, true);
    this.#fields = (view.getUint16(this.#vtable, true) - 4) / 2;
  }

  /** The table at the root of a buffer. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  has(field: number): boolean {
    return this.#position(field) !== 0;
  }

  byte(field: number, missing = 0): number {
    const at = this.#position(field);
    return at === 0 ? missing : this.#view.getUint8(at);
  }

  ushort(field: number, missing: number): number {
    const at = this.#position(field);
    return at === 0 ? missing : this.#view.getUint16(at, true);
  }

  int(field: number): number {
    const at = this.#position(field);
    return at === 0 ? 0 : this.#view.getInt32(at, true);
  }

  /** A whole number of 64 bits. @throws Error if it is beyond 2^53 */
  long(field: number): number {
    const at = this.#position(field);
    return at === 0 ? 0 : safe(this.#view.getBigUint64(at, true));
  }

  text(field: number): string | undefined {
    const bytes = this.bytes(field);
    return bytes && new TextDecoder().decode(bytes);
  }

  bytes(field: number): Uint8Array | undefined {
    const vector = this.#vector(field, 1);
    return vector && new Uint8Array(this.#view.buffer, this.#view.byteOffset + vector.at, vector.count);
  }

  uints(field: number): Uint32Array | undefined {
    const vector = this.#vector(field, 4);
    return (
      vector &&
      Uint32Array.from({ length: vector.count }, (_, i) => this.#view.getUint32(vector.at + 4 * i, true))
    );
  }

  /** Where a vector of doubles lies in {@link view}. */
  doubles(field: number): { readonly at: number; readonly count: number } | undefined {
    return this.#vector(field, 8);
  }

  get view(): DataView {
    return this.#view;
  }

  table(field: number): FlatTable | undefined {
    const at = this.#position(field);
    return at === 0 ? undefined : new FlatTable(this.#view, at + this.#view.getUint32(at, true));
  }

  tables(field: number): FlatTable[] {
    const vector = this.#vector(field, 4);
    if (!vector) return [];
    return Array.from({ length: vector.count }, (_, i) => {
      const at = vector.at + 4 * i;
      return new FlatTable(this.#view, at + this.#view.getUint32(at, true));
    });
  }

  #position(field: number): number {
    if (field >= this.#fields) return 0;
    const offset = this.#view.getUint16(this.#vtable + 4 + 2 * field, true);
    return offset === 0 ? 0 : this.#at + offset;
  }

  #vector(field: number, width: number): { at: number; count: number } | undefined {
    const position = this.#position(field);
    if (position === 0) return undefined;
    const start = position + this.#view.getUint32(position, true);
    const count = this.#view.getUint32(start, true);
    if (start + 4 + count * width > this.#view.byteLength)
      throw new RangeError(`a list says that it has ${count} items, which is more than its bytes hold`);
    return { at: start + 4, count };
  }
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError(`the number ${value} is too large`);
  return Number(value);
}
