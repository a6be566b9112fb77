import { crc32, deflateRawSync } from "node:zlib";

/** A file to pack, and what its archive says wrongly about it. */
export interface Packed {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly method?: number;
  /** General purpose bits: 1 for encrypted, 0x800 for a name in UTF-8. */
  readonly flags?: number;
  readonly sum?: number;
  readonly size?: number;
  /** Whether sizes and offset are in the ZIP64 field. */
  readonly wide?: boolean;
}

const unknown = 0xffffffff;

/** A ZIP archive, written field by field as APPNOTE.TXT says. */
export function zip(files: readonly Packed[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content, method = 8, flags = 0x800, sum, size, wide = false } of files) {
    const bytes = Buffer.from(content);
    const data = method === 8 ? deflateRawSync(bytes) : bytes;
    const title = Buffer.from(name);
    const facts = {
      flags,
      method,
      sum: sum ?? crc32(bytes),
      packed: data.length,
      size: size ?? bytes.length,
    };
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    writeFacts(local, 4, facts, title.length, 0, false);
    const extra = wide ? wideField(facts.size, facts.packed, at) : Buffer.alloc(0);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(45, 4);
    writeFacts(central, 6, facts, title.length, extra.length, wide);
    central.writeUInt32LE(wide ? unknown : at, 42);
    directory.push(central, title, extra);
    parts.push(local, title, data);
    at += local.length + title.length + data.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const wide = files.some((file) => file.wide);
  return Buffer.concat([
    ...parts,
    ...directory,
    ...(wide ? wideEnd(files.length, length, at) : []),
    end(files.length, length, wide ? unknown : at),
  ]);
}

interface Facts {
  readonly flags: number;
  readonly method: number;
  readonly sum: number;
  readonly packed: number;
  readonly size: number;
}

function writeFacts(
  header: Buffer,
  from: number,
  { flags, method, sum, packed, size }: Facts,
  name: number,
  extra: number,
  wide: boolean,
): void {
  header.writeUInt16LE(20, from);
  header.writeUInt16LE(flags, from + 2);
  header.writeUInt16LE(method, from + 4);
  header.writeUInt32LE(sum, from + 10);
  header.writeUInt32LE(wide ? unknown : packed, from + 14);
  header.writeUInt32LE(wide ? unknown : size, from + 18);
  header.writeUInt16LE(name, from + 22);
  header.writeUInt16LE(extra, from + 24);
}

function wideField(size: number, packed: number, at: number): Buffer {
  const field = Buffer.alloc(28);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(24, 2);
  field.writeBigUInt64LE(BigInt(size), 4);
  field.writeBigUInt64LE(BigInt(packed), 12);
  field.writeBigUInt64LE(BigInt(at), 20);
  return field;
}

function wideEnd(count: number, length: number, at: number): Buffer[] {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(length), 40);
  record.writeBigUInt64LE(BigInt(at), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(at + length), 8);
  locator.writeUInt32LE(1, 16);
  return [record, locator];
}

function end(count: number, length: number, at: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(length, 12);
  record.writeUInt32LE(at, 16);
  return record;
}
