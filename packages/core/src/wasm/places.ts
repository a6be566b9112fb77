/** Places in a memory, one after the other. */
export interface Places {
  /** Where the next so many bytes begin: where a line of the processor's cache does. */
  readonly take: (bytes: number) => number;
  /** How many are taken. */
  readonly bytes: number;
}

const lineBytes = 64;

/** @param from what lies before, in bytes */
export function placesFrom(from = 0): Places {
  let bytes = lineBytes * Math.ceil(from / lineBytes);
  return {
    take(count) {
      const at = bytes;
      bytes += lineBytes * Math.ceil(count / lineBytes);
      return at;
    },
    get bytes() {
      return bytes;
    },
  };
}
