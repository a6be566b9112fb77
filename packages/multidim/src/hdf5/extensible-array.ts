import { Damaged } from "../fault.js";
import { isElementForm, readElement } from "./array-elements.js";
import type { Hdf5File } from "./file.js";
import type { StoredChunk } from "./stored-chunk.js";

interface Header {
  readonly elementBytes: number;
  /** Elements in the index block itself. */
  readonly direct: number;
  /** Elements of the smallest data block. */
  readonly least: number;
  readonly leastPointers: number;
  readonly pageElements: number;
  /** Bytes of an element's number. */
  readonly offsetBytes: number;
  readonly indexBlock: number | undefined;
}

/** Finds chunks, by their number, of an array that can grow in one dimension: in blocks that double in size. */
export function extensibleArray(
  hdf5: Hdf5File,
  address: number,
  chunkBytes: number,
  isFiltered: boolean,
): (number: number) => Promise<StoredChunk | undefined> {
  const addressBytes = hdf5.sizes.address;
  let opening: Promise<Header> | undefined;

  return async (number) => {
    const header = await (opening ??= readHeader(hdf5, address));
    const { elementBytes, direct, least, leastPointers, pageElements, offsetBytes, indexBlock } = header;
    const form = { bytes: elementBytes, isFiltered, chunkBytes };
    if (!isElementForm(form, addressBytes)) throw new Damaged("the array of its chunks is malformed");
    if (indexBlock === undefined) return undefined;
    const element = async (at: number): Promise<StoredChunk | undefined> =>
      readElement(await hdf5.structure(at, elementBytes), form, addressBytes);
    const pointer = async (at: number): Promise<number | undefined> =>
      (await hdf5.structure(at, addressBytes)).address();

    const indexPrefix = 6 + addressBytes;
    (await hdf5.structure(indexBlock, indexPrefix)).signature("EAIB");
    if (number < direct) return element(indexBlock + indexPrefix + number * elementBytes);

    const rest = number - direct;
    const level = Math.floor(Math.log2(rest / least + 1));
    const blocks = 2 ** Math.floor(level / 2);
    const blockElements = 2 ** Math.ceil(level / 2) * least;
    const inLevel = rest - least * (2 ** level - 1);
    const [block, inBlock] = [Math.floor(inLevel / blockElements), inLevel % blockElements];
    const pointers = indexBlock + indexPrefix + direct * elementBytes;
    const directLevels = 2 * Math.log2(leastPointers);
    let data: number | undefined;
    if (level < directLevels) {
      data = await pointer(pointers + (blocksBefore(level) + block) * addressBytes);
    } else {
      const secondary = 2 * (leastPointers - 1) + level - directLevels;
      const superBlock = await pointer(pointers + secondary * addressBytes);
      if (superBlock === undefined) return undefined;
      (await hdf5.structure(superBlock, 4)).signature("EASB");
      const pages = blockElements > pageElements ? blockElements / pageElements : 0;
      const bitmapBytes = Math.ceil(pages / 8);
      const bitmaps = superBlock + 6 + addressBytes + offsetBytes;
      if (pages > 0) {
        const page = Math.floor(inBlock / pageElements);
        const bits = await hdf5.structure(bitmaps + block * bitmapBytes, bitmapBytes);
        if ((bits.data[page >> 3]! & (128 >> (page & 7))) === 0) return undefined;
      }
      data = await pointer(bitmaps + blocks * bitmapBytes + block * addressBytes);
    }
    if (data === undefined) return undefined;
    (await hdf5.structure(data, 4)).signature("EADB");
    const start = data + 6 + addressBytes + offsetBytes;
    if (blockElements <= pageElements) return element(start + inBlock * elementBytes);
    const [page, inPage] = [Math.floor(inBlock / pageElements), inBlock % pageElements];
    return element(start + 4 + page * (pageElements * elementBytes + 4) + inPage * elementBytes);
  };
}

/** Data blocks of all levels before one: level k has 2 to the floor of k/2. */
function blocksBefore(level: number): number {
  let blocks = 0;
  for (let k = 0; k < level; k++) blocks += 2 ** Math.floor(k / 2);
  return blocks;
}

async function readHeader(hdf5: Hdf5File, address: number): Promise<Header> {
  const bytes = await hdf5.checked(address, 16 + 6 * hdf5.sizes.length + hdf5.sizes.address);
  bytes.signature("EAHD");
  bytes.skip(2);
  const [elementBytes, bits, direct, least, leastPointers, pageBits] = Array.from({ length: 6 }, () =>
    bytes.u8(),
  );
  bytes.skip(6 * hdf5.sizes.length);
  if (!least || !leastPointers || !isPower(least) || !isPower(leastPointers) || pageBits! > 30 || bits! > 64)
    throw new Damaged("the array of its chunks is malformed");
  return {
    elementBytes: elementBytes!,
    direct: direct!,
    least,
    leastPointers,
    pageElements: 2 ** pageBits!,
    offsetBytes: Math.ceil(bits! / 8),
    indexBlock: bytes.address(),
  };
}

function isPower(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}
