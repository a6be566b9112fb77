import { Damaged } from "../fault.js";
import type { Bytes } from "./bytes.js";
import { assertChecksum, type Hdf5File } from "./file.js";

/** The kinds of messages that are read. */
export const Message = {
  Dataspace: 0x01,
  LinkInfo: 0x02,
  Datatype: 0x03,
  OldFill: 0x04,
  Fill: 0x05,
  Link: 0x06,
  External: 0x07,
  Layout: 0x08,
  Filters: 0x0b,
  Attribute: 0x0c,
  Continuation: 0x10,
  SymbolTable: 0x11,
  AttributeInfo: 0x15,
} as const;

export interface HeaderMessage {
  readonly type: number;
  /** Whether the message lies elsewhere, and this says where. */
  readonly shared: boolean;
  readonly body: Bytes;
}

const mostMessages = 65536;
const mostBlocks = 4096;

/** All messages of an object, of either version. */
export async function readObject(hdf5: Hdf5File, address: number): Promise<HeaderMessage[]> {
  const start = await hdf5.structure(address, Math.min(16, hdf5.after(address)));
  const isNew = Buffer.from(start.data.subarray(0, 4)).toString("latin1") === "OHDR";
  return isNew ? readNew(hdf5, address) : readOld(hdf5, address, start);
}

async function readOld(hdf5: Hdf5File, address: number, start: Bytes): Promise<HeaderMessage[]> {
  const version = start.u8();
  if (version !== 1) throw new Damaged(`the header of an object has version ${version}`);
  start.skip(1);
  let left = start.u16();
  start.skip(4);
  const blocks: (readonly [address: number, length: number])[] = [[address + 16, start.u32()]];
  const messages: HeaderMessage[] = [];
  for (let i = 0; i < blocks.length && left > 0; i++) {
    const bytes = await hdf5.structure(...blocks[i]!);
    for (; left > 0 && bytes.left >= 8; left--) {
      const [type, size, flags] = [bytes.u16(), bytes.u16(), bytes.u8()];
      bytes.skip(3);
      keep(messages, blocks, type, flags, bytes.part(size));
    }
  }
  return messages;
}

async function readNew(hdf5: Hdf5File, address: number): Promise<HeaderMessage[]> {
  const start = await hdf5.structure(address, Math.min(34, hdf5.after(address)));
  start.skip(4);
  const version = start.u8();
  if (version !== 2) throw new Damaged(`the header of an object has version ${version}`);
  const flags = start.u8();
  start.skip((flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0));
  const size = start.uint(1 << (flags & 3));
  const blocks: (readonly [address: number, length: number])[] = [[address, start.at + size + 4]];
  const messages: HeaderMessage[] = [];
  const [prefix, tracked] = [start.at, (flags & 4) !== 0];
  for (let i = 0; i < blocks.length; i++) {
    const bytes = await hdf5.structure(...blocks[i]!);
    assertChecksum(bytes.data);
    if (i > 0) bytes.signature("OCHK");
    else bytes.skip(prefix);
    while (bytes.left - 4 >= (tracked ? 6 : 4)) {
      const [type, size, flags] = [bytes.u8(), bytes.u16(), bytes.u8()];
      if (tracked) bytes.skip(2);
      if (size > bytes.left - 4) throw new Damaged("a message of an object is too long");
      keep(messages, blocks, type, flags, bytes.part(size));
    }
  }
  return messages;
}

function keep(
  messages: HeaderMessage[],
  blocks: (readonly [number, number])[],
  type: number,
  flags: number,
  body: Bytes,
): void {
  if (type === Message.Continuation) {
    const address = body.address();
    if (address === undefined || blocks.length >= mostBlocks) throw new Damaged("an object does not end");
    blocks.push([address, body.length()]);
    return;
  }
  if (messages.length >= mostMessages) throw new Damaged(`an object has more than ${mostMessages} messages`);
  messages.push({ type, shared: (flags & 2) !== 0, body });
}

/** The body of a message, from where it really is. */
export async function resolveShared(hdf5: Hdf5File, { type, shared, body }: HeaderMessage): Promise<Bytes> {
  return shared ? sharedBody(hdf5, type, body) : body;
}

/** Follows a reference to a message of another object. */
export async function sharedBody(hdf5: Hdf5File, type: number, reference: Bytes): Promise<Bytes> {
  const version = reference.u8();
  const kind = reference.u8();
  if (version === 1) reference.skip(6);
  if (version === 3 && kind === 1) throw new Damaged("messages in a shared heap are not supported");
  const address = reference.address();
  if (address === undefined) throw new Damaged("a shared message is nowhere");
  const found = (await readObject(hdf5, address)).find((message) => message.type === type && !message.shared);
  if (!found) throw new Damaged("a shared message is not where it should be");
  return found.body;
}
