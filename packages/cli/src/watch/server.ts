import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { QuadratError } from "@quadrat/core";
import type { WatchState } from "./watch-state.js";

/** What is served, by the name after the address's own folder. */
export interface WatchSite {
  readonly page: () => string;
  readonly state: () => WatchState;
  readonly script: string;
  readonly style: string;
}

export interface WatchServer {
  readonly url: string;
  /** Resolves when a state that has ended was fetched. */
  readonly told: Promise<void>;
  close(): Promise<void>;
}

const host = "127.0.0.1";

const headers = {
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/**
 * Serves a page to this machine alone. Requests must name the address itself as their host, so that no other site can reach it by
 * having its own name resolved to this machine, and must know the folder, whose name is random, so that other users can't read it.
 * @param port 0: one that is free
 * @throws QuadratError of kind "output" if the port can't be used
 */
export async function serveWatch(site: WatchSite, port: number): Promise<WatchServer> {
  const folder = `/${randomBytes(12).toString("hex")}/`;
  let tell = (): void => undefined;
  const told = new Promise<void>((resolve) => (tell = resolve));
  let hosts: readonly string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url = "", headers: given } = request;
    if (given.host === undefined || !hosts.includes(given.host.toLowerCase())) {
      refuse(response, 421, "this address is for 127.0.0.1 alone");
      return;
    }
    if (method !== "GET" && method !== "HEAD") {
      refuse(response, 405, "there is nothing to change here");
      return;
    }
    const name = url.startsWith(folder) ? url.slice(folder.length).replace(/\?.*$/, "") : undefined;
    const send = (type: string, text: string): void => {
      response.writeHead(200, { ...headers, "Content-Type": `${type}; charset=utf-8` });
      response.end(method === "HEAD" ? undefined : text);
    };
    switch (name) {
      case "":
        return send("text/html", site.page());
      case "state.json": {
        const state = site.state();
        if (state.ended !== null) response.once("finish", tell);
        return send("application/json", JSON.stringify(state));
      }
      case "watch.js":
        return send("text/javascript", site.script);
      case "page.css":
        return send("text/css", site.style);
      default:
        return refuse(response, 404, "there is nothing here");
    }
  };
  const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 16_384 }, answer);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new QuadratError("output", `can't serve a page at port ${port} of ${host}`, {
          cause,
          hint: "choose another --port, or 0 for one that is free",
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  const { port: used } = server.address() as AddressInfo;
  hosts = [`${host}:${used}`, `localhost:${used}`];
  return {
    url: `http://${host}:${used}${folder}`,
    told,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...headers, "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}
