import { gzipSync } from "node:zlib";

const UNKNOWN_SYSTEM = 255;

/** One gzip member (RFC 1952) that says nothing of when and where it was made, in a buffer of its own. */
export function gzipMember(text: Uint8Array, level: number): Uint8Array<ArrayBuffer> {
  const member = new Uint8Array(gzipSync(text, { level, chunkSize: 1 << 18, memLevel: 9 }));
  member.fill(0, 4, 9);
  member[9] = UNKNOWN_SYSTEM;
  return member;
}
