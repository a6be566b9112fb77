/** TIFF compression schemes by the number in the Compression tag, with the common names of the codecs. */
const names: Readonly<Record<number, string>> = {
  1: "none",
  2: "CCITT modified Huffman",
  3: "CCITT group 3 fax",
  4: "CCITT group 4 fax",
  5: "LZW",
  6: "old-style JPEG",
  7: "JPEG",
  8: "deflate",
  9: "JBIG (T.85)",
  10: "JBIG (T.43)",
  32766: "NeXT",
  32771: "CCITT RLE with word alignment",
  32773: "PackBits",
  32809: "ThunderScan",
  32908: "Pixar film",
  32909: "Pixar log",
  32946: "deflate",
  32947: "Kodak DCS",
  34661: "JBIG",
  34676: "SGI LogLuv",
  34677: "SGI LogLuv 24",
  34712: "JPEG 2000",
  34887: "LERC",
  34892: "lossy JPEG (DNG)",
  34925: "LZMA",
  34926: "ZSTD (old number)",
  34927: "WebP (old number)",
  34933: "PNG",
  34934: "JPEG XR",
  50000: "ZSTD",
  50001: "WebP",
  50002: "JPEG XL",
  52546: "JPEG XL (DNG)",
};

/** The name of a compression scheme, for messages. */
export function compressionName(code: number): string {
  return names[code] ?? `scheme number ${code}`;
}
