import { Damaged } from "../fault.js";
import { numberOf, signature, type Variable } from "../model.js";

/** An axis with more values than this is not one. */
const most = 4_000_000;

/** All values of a variable of one dimension, unpacked. */
export async function readAxis(variable: Variable): Promise<Float64Array> {
  const length = variable.shape[0] ?? 1;
  const chunk = variable.chunkShape[0] ?? 1;
  if (length > most) throw new Damaged(`${signature(variable)} has ${length} values`);
  if (variable.unreadable !== undefined) throw new Damaged(`${signature(variable)}: ${variable.unreadable}`);
  const scale = numberOf(variable.attributes, "scale_factor") ?? 1;
  const offset = numberOf(variable.attributes, "add_offset") ?? 0;
  const values = new Float64Array(length);
  const rank = variable.shape.length;
  for (let first = 0; first < length; first += chunk) {
    const samples = await variable.readChunk(rank === 0 ? [] : [first / chunk]);
    const count = Math.min(chunk, length - first);
    for (let i = 0; i < count; i++)
      values[first + i] = Number(samples ? samples[i]! : variable.fill) * scale + offset;
  }
  return values;
}
