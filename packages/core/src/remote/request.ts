import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import { PassingFailure } from "./errors.js";

/** What a server answers to one request. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Of a partial answer (206) only, and never more than was asked for. */
  readonly body: Uint8Array;
}

/** The number of requests at a time, of all files together. */
export const mostRequests = 8;

const agents = {
  "http:": new http.Agent({ keepAlive: true, maxSockets: mostRequests }),
  "https:": new https.Agent({ keepAlive: true, maxSockets: mostRequests }),
};

/** Bytes of an answer without use that are read to keep the connection. */
const worthReading = 64 * 1024;

/**
 * Asks for the bytes `[from, to)`. Nothing but the address and the range is sent: no credentials, no cookies.
 * @param silenceMs a server that sends nothing for so long has failed
 * @throws PassingFailure if there is no answer, or it ends early; the reason of an abort
 */
export function request(
  url: URL,
  [from, to]: readonly [from: number, to: number],
  { silenceMs, signal }: { readonly silenceMs: number; readonly signal: AbortSignal },
): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    signal.throwIfAborted();
    const secure = url.protocol === "https:";
    const headers = {
      Range: `bytes=${from}-${to - 1}`,
      // A range of compressed bytes would be one of something else.
      "Accept-Encoding": "identity",
      "User-Agent": "quadrat",
    };
    const asked = (secure ? https : http).request(url, {
      agent: secure ? agents["https:"] : agents["http:"],
      headers,
    });
    const abort = (): void => void asked.destroy(signal.reason as Error);
    const silence = setTimeout(
      () => asked.destroy(new PassingFailure(`the server sent nothing for ${silenceMs / 1000} s`)),
      silenceMs,
    );
    const settle = (end: () => void): void => {
      clearTimeout(silence);
      signal.removeEventListener("abort", abort);
      end();
    };
    const fail = (error: Error): void =>
      settle(() => reject(signal.aborted ? (signal.reason as Error) : error));
    signal.addEventListener("abort", abort, { once: true });
    asked.on("error", fail);
    asked.on("response", (response) => {
      silence.refresh();
      response.on("error", fail);
      const { statusCode: status = 0, headers } = response;
      if (status !== 206) {
        dismiss(response);
        settle(() => resolve({ status, headers, body: new Uint8Array(0) }));
        return;
      }
      const body = Buffer.allocUnsafeSlow(to - from);
      let filled = 0;
      response.on("data", (part: Buffer) => {
        silence.refresh();
        const room = body.length - filled;
        if (part.length > room) {
          fail(new PassingFailure(`the server sent more than the ${body.length} bytes asked for`));
          asked.destroy();
          return;
        }
        filled += part.copy(body, filled);
      });
      response.on("end", () => settle(() => resolve({ status, headers, body: body.subarray(0, filled) })));
      response.on("close", () => fail(new PassingFailure("the connection was closed within the answer")));
    });
    asked.end();
  });
}

/** Reads a short answer, so that the connection can be used again, and cuts a long one off. */
function dismiss(response: IncomingMessage): void {
  const length = Number(response.headers["content-length"] ?? NaN);
  if (length <= worthReading) response.resume();
  else response.destroy();
}
