import { Damaged } from "../fault.js";
import type { Bytes } from "./bytes.js";

export interface Dataspace {
  readonly shape: readonly number[];
  /** How far each dimension may grow; Infinity without a limit. */
  readonly limits: readonly number[];
}

const mostDimensions = 32;

export function readDataspace(bytes: Bytes): Dataspace {
  const version = bytes.u8();
  if (version !== 1 && version !== 2) throw new Damaged(`a dataspace has version ${version}`);
  const [rank, flags] = [bytes.u8(), bytes.u8()];
  if (rank > mostDimensions) throw new Damaged(`an array has ${rank} dimensions`);
  bytes.skip(version === 1 ? 5 : 1);
  const shape = Array.from({ length: rank }, () => bytes.length());
  const large = shape.find((length) => !Number.isSafeInteger(length));
  if (large !== undefined) throw new Damaged(`a dimension has the length ${large}`);
  const limits =
    (flags & 1) === 0
      ? shape
      : shape.map(() => {
          const limit = bytes.length();
          return limit >= 2 ** 53 || limit === 0xffffffff ? Infinity : limit;
        });
  return { shape, limits };
}
