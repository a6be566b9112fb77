import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A file on the server, which a test may replace. */
export interface ServedFile {
  bytes: Uint8Array;
  /** Default: an ETag of the file. */
  headers?: Readonly<Record<string, string>>;
}

export interface RangeServer {
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  /** The requests, in order. */
  readonly asked: {
    readonly url: string;
    readonly range: string;
    readonly headers: IncomingMessage["headers"];
  }[];
  /** Bytes of bodies that were sent. */
  readonly sent: () => number;
  close(): Promise<void>;
}

/** Answers in place of the server; `plain` is what it would do. Requests are counted from 1. */
export type Behaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  plain: () => void,
  number: number,
) => void;

/** A server on this machine that has files by their paths and answers ranges as RFC 9110 has it. */
export async function serve(
  files: Readonly<Record<string, ServedFile>>,
  behave: Behaviour = (_request, _response, plain) => plain(),
): Promise<RangeServer> {
  const asked: RangeServer["asked"] = [];
  let sent = 0;
  const server = createServer((request, response) => {
    const { url = "", headers } = request;
    asked.push({ url, range: headers.range ?? "", headers });
    response.on("close", () => (sent += Math.max(0, bodyOf(response))));
    behave(request, response, () => answer(files, request, response), asked.length);
  });
  const bodyOf = (response: ServerResponse): number => bodies.get(response) ?? 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    sent: () => sent,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const bodies = new WeakMap<ServerResponse, number>();

/** The range of a request, and the answer's headers. */
export function answer(
  files: Readonly<Record<string, ServedFile>>,
  { url = "", headers: { range = "" } }: IncomingMessage,
  response: ServerResponse,
): void {
  const file = files[url.split("?")[0]!];
  if (!file) {
    response.writeHead(404).end("nothing here");
    return;
  }
  const { bytes, headers = { ETag: `"${bytes.length}-1"` } } = file;
  const asked = /^bytes=(\d+)-(\d+)$/.exec(range);
  if (!asked) {
    bodies.set(response, bytes.length);
    response.writeHead(200, { ...headers, "Content-Length": bytes.length }).end(bytes);
    return;
  }
  const [first, last] = [Number(asked[1]), Math.min(Number(asked[2]), bytes.length - 1)];
  if (first >= bytes.length) {
    response.writeHead(416, { "Content-Range": `bytes */${bytes.length}` }).end();
    return;
  }
  const body = bytes.subarray(first, last + 1);
  bodies.set(response, body.length);
  response
    .writeHead(206, {
      ...headers,
      "Content-Range": `bytes ${first}-${last}/${bytes.length}`,
      "Content-Length": body.length,
    })
    .end(body);
}

/** Bytes that differ from place to place, the same for the same seed. */
export function noise(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
