import { open } from "node:fs/promises";
import { inputError } from "../faults.js";

const magic = "PAR1";
/** Magic, length of the footer and magic. */
const smallest = 12;

/** @throws QuadratError unless the file begins and ends as Parquet does and its footer fits into it */
export async function assertWhole(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(8);
    if (size >= smallest) await handle.read(tail, 0, 8, size - 8);
    const footer = tail.readUInt32LE(0);
    if (tail.toString("latin1", 4) === magic && footer > 0 && footer <= size - smallest) return;
  } finally {
    await handle.close();
  }
  throw inputError(
    file,
    "the Parquet file is truncated: its footer is missing or does not fit into the file",
    {
      hint: "download or copy the file again",
    },
  );
}
