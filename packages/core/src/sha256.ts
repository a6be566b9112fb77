import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const blockBytes = 2 ** 19;

/** SHA-256 of a file in hexadecimal, read block by block into one buffer. */
export async function sha256Of(path: string | URL): Promise<string> {
  const hash = createHash("sha256");
  const file = await open(path);
  try {
    const block = Buffer.allocUnsafeSlow(blockBytes);
    for (;;) {
      const { bytesRead } = await file.read(block, 0, blockBytes, null);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(block.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
