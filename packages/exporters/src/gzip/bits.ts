/**
 * The position at which bits are written: whole bytes up to `at`, and `count` more bits (fewer than 16) that
 * are not yet written.
 */
export interface BitSink {
  readonly out: Uint8Array;
  at: number;
  bits: number;
  count: number;
}

/** Writes `size` bits, at most 16, the least significant first. */
export function putBits(sink: BitSink, value: number, size: number): void {
  sink.bits |= value << sink.count;
  sink.count += size;
  if (sink.count < 16) return;
  sink.out[sink.at++] = sink.bits;
  sink.out[sink.at++] = sink.bits >>> 8;
  sink.bits >>>= 16;
  sink.count -= 16;
}

/** Fills the last byte up with zeros. */
export function flushBits(sink: BitSink): void {
  for (; sink.count > 0; sink.count -= 8) {
    sink.out[sink.at++] = sink.bits;
    sink.bits >>>= 8;
  }
  sink.bits = 0;
  sink.count = 0;
}
