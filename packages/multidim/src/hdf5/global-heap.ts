import { Damaged } from "../fault.js";
import type { Bytes } from "./bytes.js";
import type { Hdf5File } from "./file.js";

const mostCollections = 4096;

/** The objects that values of variable length refer to. */
export class GlobalHeap {
  readonly #hdf5: Hdf5File;
  readonly #collections = new Map<number, Promise<ReadonlyMap<number, Uint8Array>>>();

  constructor(hdf5: Hdf5File) {
    this.#hdf5 = hdf5;
  }

  /** The bytes of a value of variable length, of which `bytes` has the number of elements and the place. */
  async read(bytes: Bytes, elementBytes: number): Promise<Uint8Array> {
    const length = bytes.u32() * elementBytes;
    const address = bytes.address();
    const index = bytes.u32();
    if (length === 0 || address === undefined || address === 0) return new Uint8Array(0);
    if (this.#collections.size > mostCollections) this.#collections.clear();
    let collection = this.#collections.get(address);
    if (!collection) this.#collections.set(address, (collection = this.#readCollection(address)));
    const object = (await collection).get(index);
    if (!object || object.length < length) throw new Damaged("a value of variable length is not in its heap");
    return object.subarray(0, length);
  }

  async #readCollection(address: number): Promise<ReadonlyMap<number, Uint8Array>> {
    const start = await this.#hdf5.structure(address, 8 + this.#hdf5.sizes.length);
    start.signature("GCOL");
    start.skip(4);
    const size = start.length();
    const bytes = await this.#hdf5.structure(address, size);
    bytes.skip(start.at);
    const objects = new Map<number, Uint8Array>();
    while (bytes.left >= 8 + this.#hdf5.sizes.length) {
      const index = bytes.u16();
      bytes.skip(6);
      const length = bytes.length();
      if (index === 0) break;
      objects.set(index, bytes.bytes(length));
      bytes.skip(Math.min(bytes.left, (8 - (length % 8)) % 8));
    }
    return objects;
  }
}
