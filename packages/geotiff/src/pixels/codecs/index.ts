import type { Directory, TiffContainer } from "../../container/container.js";
import { compressionName } from "../../container/compression.js";
import { CorruptBlock, fault } from "../../container/fault.js";
import { readBytes, readNumbers } from "../../container/field-values.js";
import type { ImageLayout } from "../layout.js";
import { Tag } from "../../container/tags.js";
import type { BlockDecoder } from "./codec.js";

/**
 * The decoder of an image's blocks; rarely needed codecs are loaded on demand.
 * @throws QuadratError of kind "input" that names a codec that is not supported
 */
export async function createDecoder(
  container: TiffContainer,
  directory: Directory,
  layout: ImageLayout,
): Promise<BlockDecoder> {
  try {
    switch (layout.compression) {
      case 1:
        return (data) => new Uint8Array(data);
      case 5:
        return (await import("./lzw.js")).decodeLzw;
      case 7: {
        const { createJpeg } = await import("./jpeg.js");
        return createJpeg(layout, await readBytes(container, directory, Tag.JPEGTables));
      }
      case 8:
      case 32946:
        return (await import("./deflate.js")).decodeDeflate;
      case 32773:
        return (await import("./packbits.js")).decodePackBits;
      case 34887: {
        const { createLerc } = await import("./lerc.js");
        return await createLerc(layout, (await readNumbers(container, directory, Tag.LercParameters)) ?? []);
      }
      case 50000:
        return await (await import("./zstd.js")).createZstd();
    }
  } catch (cause) {
    if (cause instanceof CorruptBlock) throw fault(container.file.path, cause.message, { cause });
    throw cause;
  }
  throw fault(
    container.file.path,
    `${compressionName(layout.compression)} compression (${layout.compression}) is not supported`,
    {
      hint: "rewrite it: gdal_translate -co COMPRESS=DEFLATE -co TILED=YES in.tif out.tif. Supported: none, LZW, deflate, ZSTD, PackBits, LERC and JPEG",
    },
  );
}
