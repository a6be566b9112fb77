import { Damaged } from "../fault.js";
import { isElementForm, readElement } from "./array-elements.js";
import type { Hdf5File } from "./file.js";
import type { StoredChunk } from "./stored-chunk.js";

interface Header {
  readonly elementBytes: number;
  readonly pageElements: number;
  readonly elements: number;
  readonly block: number | undefined;
}

/** Finds chunks, by their number, of an array that can't grow without limit. */
export function fixedArray(
  hdf5: Hdf5File,
  address: number,
  chunkBytes: number,
  isFiltered: boolean,
): (number: number) => Promise<StoredChunk | undefined> {
  const addressBytes = hdf5.sizes.address;
  let opening: Promise<Header> | undefined;
  return async (number) => {
    const header = await (opening ??= readHeader(hdf5, address));
    const { elementBytes, pageElements, elements, block } = header;
    const form = { bytes: elementBytes, isFiltered, chunkBytes };
    if (!isElementForm(form, addressBytes)) throw new Damaged("the array of its chunks is malformed");
    if (number >= elements) throw new Damaged(`the array of its chunks has no chunk ${number}`);
    if (block === undefined) return undefined;
    const prefix = 6 + addressBytes;
    if (elements <= pageElements) {
      const bytes = await hdf5.structure(block, prefix + (number + 1) * elementBytes);
      bytes.signature("FADB");
      bytes.skip(prefix - 4 + number * elementBytes);
      return readElement(bytes, form, addressBytes);
    }
    const pages = Math.ceil(elements / pageElements);
    const [page, inPage] = [Math.floor(number / pageElements), number % pageElements];
    const bitmapBytes = Math.ceil(pages / 8);
    const bytes = await hdf5.structure(block, prefix + bitmapBytes);
    bytes.signature("FADB");
    bytes.skip(prefix - 4);
    if ((bytes.bytes(bitmapBytes)[page >> 3]! & (128 >> (page & 7))) === 0) return undefined;
    const start = block + prefix + bitmapBytes + 4 + page * (pageElements * elementBytes + 4);
    return readElement(await hdf5.structure(start + inPage * elementBytes, elementBytes), form, addressBytes);
  };
}

async function readHeader(hdf5: Hdf5File, address: number): Promise<Header> {
  const bytes = await hdf5.checked(address, 12 + hdf5.sizes.length + hdf5.sizes.address);
  bytes.signature("FAHD");
  bytes.skip(2);
  const [elementBytes, pageBits] = [bytes.u8(), bytes.u8()];
  const elements = bytes.length();
  if (pageBits > 30) throw new Damaged("the array of its chunks is malformed");
  return { elementBytes, pageElements: 2 ** pageBits, elements, block: bytes.address() };
}
