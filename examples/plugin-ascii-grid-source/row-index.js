import { fault } from "./header.js";

const chunkBytes = 1 << 18;

/**
 * Where each row of numbers begins: the file is read once, a piece at a time, and only these offsets are kept. Rows may go
 * over several lines.
 * @returns {Promise<Float64Array>} `rows + 1` offsets in bytes
 * @throws QuadratError of kind "input" when there are fewer or more numbers than the header says
 */
export async function indexRows(file, path, { columns, rows, start }) {
  const offsets = new Float64Array(rows + 1);
  const chunk = Buffer.allocUnsafe(chunkBytes);
  const wanted = columns * rows;
  let [count, inNumber, at] = [0, false, start];
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, at);
    if (bytesRead === 0) break;
    for (let i = 0; i < bytesRead; i++) {
      const space = chunk[i] <= 32;
      if (!space && !inNumber) {
        if (count < wanted && count % columns === 0) offsets[count / columns] = at + i;
        count++;
      }
      inNumber = !space;
    }
    at += bytesRead;
  }
  if (count !== wanted) {
    throw fault(path, 1, `it holds ${count} numbers, but ${columns} columns by ${rows} rows are ${wanted}`);
  }
  offsets[rows] = at;
  return offsets;
}
