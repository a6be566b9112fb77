import { setTimeout as wait } from "node:timers/promises";
import { isQuadratError, type QuadratError } from "../errors.js";
import { shownAddress } from "./address.js";
import { changedFault, PassingFailure, remoteFault } from "./errors.js";
import { request, type Answer } from "./request.js";

/** What a server says about the file that it has at an address. */
export interface RemoteState {
  readonly bytes: number;
  /** The ETag, or else the time of the last change, as the server writes it; undefined if it says neither. */
  readonly validator: string | undefined;
  /** Whether any later change of the file changes the validator. */
  readonly settled: boolean;
}

/** How patient requests are; milliseconds. */
export interface Patience {
  /** A server that sends nothing for so long has failed. */
  readonly silenceMs: number;
  /** Between the first failure and the second attempt; twice as long each time, and some of it by chance. */
  readonly firstDelayMs: number;
  readonly attempts: number;
}

export const defaultPatience: Patience = { silenceMs: 30_000, firstDelayMs: 300, attempts: 6 };

const mostRedirects = 5;
const longestDelayMs = 10_000;

/** A server's wish to wait is granted up to this. */
const longestWishMs = 60_000;

/** A date of the last change says nothing about changes within the same second, nor about clocks that differ. */
const settledAfterMs = 60_000;

/**
 * Reads ranges of the file at an address, whose state is that of the first answer: an answer of any other file is refused.
 */
export class RangeReader {
  readonly address: string;
  readonly #origin: URL;
  readonly #patience: Patience;
  /** Where the server has redirected to, as long as that answers. */
  #target: URL;
  #state: RemoteState | undefined;

  constructor(address: string, patience: Patience = defaultPatience) {
    this.address = address;
    this.#origin = new URL(address);
    this.#target = this.#origin;
    this.#patience = patience;
  }

  /** @throws if nothing has been read */
  get state(): RemoteState {
    if (!this.#state) throw new Error("nothing has been read yet");
    return this.#state;
  }

  /**
   * The bytes `[from, to)`; fewer if the file ends before.
   * @throws QuadratError of kind "input" if the server fails in the end, has no ranges, or has another file than before; the reason
   * of an abort
   */
  async read(from: number, to: number, signal: AbortSignal): Promise<Uint8Array> {
    const { attempts, firstDelayMs } = this.#patience;
    for (let attempt = 1; ; attempt++) {
      try {
        return this.#accept(await this.#ask(from, to, signal), from, to);
      } catch (error) {
        signal.throwIfAborted();
        if (isQuadratError(error)) throw error;
        const passing = error instanceof PassingFailure ? error : passingFailure(this.address, error);
        if (attempt === attempts) throw this.#givenUp(passing);
        const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
        await wait(Math.max(delay, Math.min(passing.after ?? 0, longestWishMs)), undefined, { signal }).catch(
          () => signal.throwIfAborted(),
        );
      }
    }
  }

  async #ask(from: number, to: number, signal: AbortSignal): Promise<Answer> {
    const { silenceMs } = this.#patience;
    let url = this.#target;
    for (let redirects = 0; ; redirects++) {
      const answer = await request(url, [from, to], { silenceMs, signal });
      const { status, headers } = answer;
      if ([301, 302, 303, 307, 308].includes(status)) {
        if (redirects === mostRedirects)
          throw remoteFault(this.address, `the server redirects more than ${mostRedirects} times`, {
            hint: "give the address at which the file is, which a browser shows when it downloads it",
          });
        url = this.#redirected(url, headers.location);
        continue;
      }
      if (status === 206) {
        this.#target = url;
        return answer;
      }
      // What a server redirects to may be meant for a while only.
      const wasRemembered = this.#target !== this.#origin;
      this.#target = this.#origin;
      if (isPassing(status))
        throw new PassingFailure(`the server answers ${status}`, { after: wishOf(headers) });
      if (wasRemembered && redirects === 0 && status >= 400 && status !== 416)
        throw new PassingFailure(`the server answers ${status}`);
      throw this.#refusal(answer);
    }
  }

  #redirected(from: URL, location: string | undefined): URL {
    const refuse = (what: string): QuadratError =>
      remoteFault(this.address, `the server redirects ${what}`, {
        hint: "give the address at which the file is, if it can be trusted",
      });
    if (location === undefined || !URL.canParse(location, from.href)) throw refuse("without saying where to");
    const url = new URL(location, from);
    if (url.protocol !== "https:" && url.protocol !== "http:") throw refuse(`to ${url.protocol}`);
    if (url.protocol === "http:" && this.#origin.protocol === "https:")
      throw refuse(`to ${shownAddress(url)}, which is not encrypted`);
    if (url.username !== "" || url.password !== "") throw refuse("to an address with a user name");
    url.hash = "";
    return url;
  }

  /** Takes the bytes of an answer that is one to the question, of the same file as before. */
  #accept({ headers, body }: Answer, from: number, to: number): Uint8Array {
    const encoding = headers["content-encoding"] ?? "identity";
    if (encoding !== "identity")
      throw remoteFault(this.address, `the server compresses what it sends (${encoding}), unasked`, {
        hint: "download the file and give the path of the local copy",
      });
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers["content-range"] ?? "");
    const said = headers["content-range"] === undefined ? "no range" : `"${headers["content-range"]}"`;
    const [first, last, bytes] = (range?.slice(1) ?? []).map(Number) as [number?, number?, number?];
    if (first === undefined || last === undefined || bytes === undefined)
      throw this.#misled(
        `it says ${said}, which does not tell where the bytes are from and how many there are`,
      );
    if (this.#state && bytes !== this.#state.bytes)
      throw changedFault(this.address, `it had ${this.#state.bytes} bytes and has ${bytes}`);
    const end = Math.min(to, bytes);
    if (first !== from || last + 1 !== end || !Number.isSafeInteger(bytes))
      throw this.#misled(`it was asked for the bytes ${from} to ${end - 1} and says ${said}`);
    if (body.length !== end - from)
      throw new PassingFailure(`the server sent ${body.length} of ${end - from} bytes`);
    this.#compare(stateOf(bytes, headers));
    return body;
  }

  #compare(now: RemoteState): void {
    const then = (this.#state ??= now);
    if (now.validator === then.validator) return;
    throw changedFault(
      this.address,
      `the server's version of it was ${then.validator ?? "not stated"} and is ${now.validator ?? "not stated"}`,
    );
  }

  #misled(what: string): QuadratError {
    return remoteFault(this.address, `the server's answer can't be used: ${what}`, {
      hint: "download the file and give the path of the local copy",
    });
  }

  #refusal({ status, headers }: Answer): QuadratError {
    const local = "download the file and give the path of the local copy";
    if (status === 200)
      return remoteFault(
        this.address,
        "the server does not send parts of files: asked for a range of bytes it answers with the whole file",
        { hint: local },
      );
    if (status === 416) {
      const bytes = /\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1];
      if (this.#state) return changedFault(this.address, `it has ${bytes ?? "fewer"} bytes now`);
      return remoteFault(
        this.address,
        bytes === "0" ? "the file is empty" : "the server refuses ranges (416)",
        {
          hint: local,
        },
      );
    }
    const reasons: Readonly<Record<number, string>> = {
      401: "the server asks for a password (401), and Quadrat has none to send",
      403: "the server refuses it (403), and Quadrat sends no credentials",
      404: "the server has no such file (404)",
      410: "the server has this file no longer (410)",
    };
    return remoteFault(this.address, reasons[status] ?? `the server answers ${status}`, {
      hint: status === 404 || status === 410 ? "check the address" : local,
    });
  }

  #givenUp(failure: PassingFailure): QuadratError {
    const { attempts } = this.#patience;
    return remoteFault(
      this.address,
      `the server did not answer properly ${attempts === 1 ? "once" : `${attempts} times`}; the last time: ${failure.message}`,
      {
        hint: "run the same command again later: what was staged is kept",
        cause: failure.cause,
      },
    );
  }
}

function stateOf(bytes: number, headers: Answer["headers"]): RemoteState {
  const { etag, "last-modified": modified, date } = headers;
  if (etag !== undefined) return { bytes, validator: `etag ${etag}`, settled: true };
  if (modified === undefined) return { bytes, validator: undefined, settled: false };
  const now = Date.parse(date ?? "") || Date.now();
  const settled = now - Date.parse(modified) > settledAfterMs;
  return { bytes, validator: `modified ${modified}`, settled };
}

function isPassing(status: number): boolean {
  return status >= 500 ? status !== 501 && status !== 505 : [408, 425, 429].includes(status);
}

/** `Retry-After`, in milliseconds. */
function wishOf({ "retry-after": wish }: Answer["headers"]): number | undefined {
  if (wish === undefined) return undefined;
  const seconds = /^\d+$/.test(wish) ? Number(wish) : (Date.parse(wish) - Date.now()) / 1000;
  return seconds > 0 ? seconds * 1000 : undefined;
}

/** Errors of connections that are not worth another attempt, in words. */
const lasting: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no such host",
  EPROTO: "the server does not speak TLS as it should",
  ERR_INVALID_URL: "this is not an address",
};

function passingFailure(address: string, error: unknown): PassingFailure {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const reason = lasting[code];
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code);
  if (reason !== undefined || isCertificate)
    throw remoteFault(address, reason ?? `the server's certificate is not to be trusted: ${message}`, {
      cause: error,
      hint: isCertificate
        ? "if it is your own authority's, name its certificate in NODE_EXTRA_CA_CERTS"
        : "check the address and the connection",
    });
  return new PassingFailure(message === "" ? code : message, { cause: error });
}
