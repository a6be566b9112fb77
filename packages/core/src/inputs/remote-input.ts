import { randomUUID } from "node:crypto";

/** The words before what identifies a file at an address. */
const unknown = "unidentified";

/** An input at an address, as an input file. */
interface RemoteInput {
  readonly path: string;
  readonly state: string;
  readonly bytes: number;
  readonly settled: boolean;
  readonly sha256: string;
}

/** What the server now says of an input at an address. @throws QuadratError if it does not answer, or has no such file */
export async function remoteInput(path: string): Promise<RemoteInput> {
  const { lookAtAddress } = await import("../remote/open-remote.js");
  const { bytes, validator, settled } = await lookAtAddress(path);
  // It begins with the place of the device, which other machines leave out.
  const state = `:${bytes}:${validator ?? unknown}`;
  // The same text can stand for two versions: nothing may be taken for the same that was seen at another time.
  const sha256 = settled ? validator! : `${unknown} ${randomUUID()}`;
  return { path, state, bytes, settled, sha256 };
}

/**
 * How metadata tell the content of a file: by its SHA-256; of an address, whose content is never read as a whole, by the server's
 * ETag or the time of its last change, or not at all.
 */
export function contentFacts(
  sha256: string,
): { readonly sha256: string } | { readonly version: string } | object {
  if (sha256.startsWith(`${unknown} `)) return {};
  return isRemoteContent(sha256) ? { version: sha256 } : { sha256 };
}

/** The same in a table. */
export function contentText(sha256: string): string {
  return sha256.startsWith(`${unknown} `) ? "not stated by the server" : sha256;
}

/** Whether a server says what identifies the version of a file. */
export function isIdentified({ sha256 = "" }: { readonly sha256?: string | undefined }): boolean {
  return !sha256.startsWith(`${unknown} `);
}

function isRemoteContent(sha256: string): boolean {
  return /^(etag|modified) /.test(sha256);
}
