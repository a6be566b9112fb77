import { afterEach, describe, expect, it } from "vitest";
import { RemoteFiles } from "../../src/remote/open-remote.js";
import {
  noise,
  serve,
  type Behaviour,
  type RangeServer,
  type ServedFile,
} from "../../src/testing/range-server.js";

const quick = { silenceMs: 300, firstDelayMs: 5, attempts: 4 };
const bytes = noise(1_000_000);
const open: RangeServer[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function served(behave?: Behaviour, file: ServedFile = { bytes }) {
  const files: Record<string, ServedFile> = { "/data.tif": file };
  const server = await serve(files, behave);
  open.push(server);
  return { server, files, address: `${server.origin}/data.tif`, remote: new RemoteFiles(quick) };
}

/** Fixed places of all sizes, some across pages and some at the end. */
const places: readonly (readonly [offset: number, length: number])[] = [
  [0, 16],
  [8190, 4],
  [500_000, 1],
  [123_456, 200_000],
  [32_768, 8192],
  [999_990, 10],
  [40_000, 0],
  [0, 1_000_000],
];

async function readAll(remote: RemoteFiles, address: string): Promise<void> {
  const file = await remote.open(address);
  try {
    expect(file.size).toBe(bytes.length);
    for (const [offset, length] of places) {
      const found = await file.read(offset, length);
      expect(Buffer.compare(found, bytes.subarray(offset, offset + length)), `${offset}+${length}`).toBe(0);
    }
    const many = Array.from(
      { length: 40 },
      (_, i) => [(i * 24_321) % 990_000, 1 + ((i * 977) % 9000)] as const,
    );
    const found = await Promise.all(many.map(([offset, length]) => file.read(offset, length)));
    for (const [i, [offset, length]] of many.entries())
      expect(Buffer.compare(found[i]!, bytes.subarray(offset, offset + length))).toBe(0);
  } finally {
    await file.close();
  }
}

async function failure(work: Promise<unknown>): Promise<{ kind?: string; message: string; hint?: string }> {
  return work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error as { kind: string; message: string; hint: string },
  );
}

describe("a file at an address", () => {
  it("is read by ranges alone, with nothing sent but what has to be", async () => {
    const { server, address, remote } = await served();
    await readAll(remote, address);
    for (const { range, headers } of server.asked) {
      expect(range).toMatch(/^bytes=\d+-\d+$/);
      expect(headers["accept-encoding"]).toBe("identity");
      expect(Object.keys(headers).sort()).toEqual([
        "accept-encoding",
        "connection",
        "host",
        "range",
        "user-agent",
      ]);
    }
    expect(server.asked[0]!.range).toBe("bytes=0-32767");
  });

  it("is fetched once for all who read it, at the same time or later, as far as it is kept", async () => {
    const { server, address, remote } = await served();
    const files = await Promise.all([1, 2, 3].map(() => remote.open(address)));
    await Promise.all(files.flatMap((file) => places.map(([offset, length]) => file.read(offset, length))));
    await files[0]!.read(0, bytes.length);
    expect(server.sent()).toBeLessThan(bytes.length + 100_000);
    for (const file of files) await file.close();
    expect(remote.keptBytes).toBe(0);
  });

  it("keeps no more than it may, and then fetches again", async () => {
    const { server, address, remote } = await served();
    remote.limit(64 * 1024);
    const file = await remote.open(address);
    await file.read(0, bytes.length);
    expect(remote.keptBytes).toBeLessThanOrEqual(64 * 1024);
    const before = server.sent();
    expect(Buffer.compare(await file.read(100_000, 5000), bytes.subarray(100_000, 105_000))).toBe(0);
    expect(server.sent()).toBeGreaterThan(before);
    await file.close();
  });

  it("refuses reads beyond its end, and after it was closed", async () => {
    const { address, remote } = await served();
    const file = await remote.open(address);
    expect((await failure(file.read(999_999, 2))).message).toContain("outside the file of 1000000 bytes");
    await file.close();
    expect((await failure(file.read(0, 1))).message).toBe("the file is closed");
  });

  it("may be smaller than the first request", async () => {
    const { address, remote } = await served(undefined, { bytes: bytes.subarray(0, 100) });
    const file = await remote.open(address);
    expect(file.size).toBe(100);
    expect(await file.read(90, 10)).toEqual(Buffer.from(bytes.subarray(90, 100)));
    await file.close();
  });
});

describe("a server that fails now and then gives the right bytes", () => {
  const every = (nth: number, behave: Behaviour): Behaviour => {
    return (request, response, plain, number) =>
      number % nth === 0 ? behave(request, response, plain, number) : plain();
  };
  const cases: readonly (readonly [name: string, behave: Behaviour])[] = [
    [
      "answers every third request with 500",
      every(3, (_, response) => void response.writeHead(500).end("no")),
    ],
    [
      "is busy at every third (429, 503)",
      every(3, (_, response, __, n) => void response.writeHead(n % 2 ? 429 : 503).end()),
    ],
    ["resets every third connection", every(3, (request) => void request.socket.destroy())],
    ["says nothing to every fifth", every(5, () => undefined)],
    [
      "cuts every third answer short",
      every(3, (request, response) => {
        const [, first, last] = /(\d+)-(\d+)/.exec(request.headers.range!)!;
        const [from, to] = [Number(first), Math.min(Number(last), bytes.length - 1)];
        response.writeHead(206, {
          ETag: '"1000000-1"',
          "Content-Range": `bytes ${from}-${to}/${bytes.length}`,
          "Content-Length": to - from + 1,
        });
        response.write(bytes.subarray(from, from + Math.ceil((to - from + 1) / 2)));
        setTimeout(() => response.destroy(), 5);
      }),
    ],
    [
      "sends every third answer short without saying so",
      every(3, (request, response) => {
        const [, first, last] = /(\d+)-(\d+)/.exec(request.headers.range!)!;
        const [from, to] = [Number(first), Math.min(Number(last), bytes.length - 1)];
        response.writeHead(206, {
          ETag: '"1000000-1"',
          "Content-Range": `bytes ${from}-${to}/${bytes.length}`,
        });
        response.end(bytes.subarray(from, to));
      }),
    ],
    ["is slow", (_, __, plain) => void setTimeout(plain, 30)],
  ];
  it.each(cases)("and %s", async (_name, behave) => {
    const { address, remote } = await served(behave);
    await readAll(remote, address);
  });

  it("and wants to be asked later", async () => {
    let first = 0;
    const { server, address, remote } = await served((_, response, plain, number) => {
      if (number > 1) return plain();
      first = Date.now();
      response.writeHead(503, { "Retry-After": "1" }).end();
    });
    await (await remote.open(address)).close();
    expect(Date.now() - first).toBeGreaterThan(950);
    expect(server.asked.length).toBe(2);
  });
});

describe("a server that can't be read from is refused by what it does", () => {
  const partial = (headers: Record<string, string>, body: Uint8Array): Behaviour => {
    return (_, response) => void response.writeHead(206, { ETag: '"1"', ...headers }).end(body);
  };
  const head = bytes.subarray(0, 32_768);
  const cases: readonly (readonly [what: string, behave: Behaviour, message: RegExp, requests: number])[] = [
    [
      "has no ranges",
      (_, response) => void response.writeHead(200).end(bytes),
      /does not send parts of files/,
      1,
    ],
    ["has no such file", (_, response) => void response.writeHead(404).end(), /no such file \(404\)/, 1],
    [
      "wants a password",
      (_, response) => void response.writeHead(401).end(),
      /asks for a password \(401\)/,
      1,
    ],
    ["refuses", (_, response) => void response.writeHead(403).end(), /refuses it \(403\)/, 1],
    [
      "always fails",
      (_, response) => void response.writeHead(500).end(),
      /not answer properly 4 times.*500/,
      4,
    ],
    ["never answers", () => undefined, /not answer properly 4 times.*sent nothing for 0.3 s/, 4],
    ["says no range", partial({}, head), /says no range/, 1],
    [
      "does not know the size",
      partial({ "Content-Range": "bytes 0-32767/*" }, head),
      /"bytes 0-32767\/\*"/,
      1,
    ],
    [
      "sends another range",
      partial({ "Content-Range": "bytes 1-32768/1000000" }, head),
      /asked for the bytes 0 to 32767 and says/,
      1,
    ],
    [
      "sends too few bytes of a range",
      partial({ "Content-Range": "bytes 0-999/1000000" }, head.subarray(0, 1000)),
      /asked for the bytes 0 to 32767/,
      1,
    ],
    [
      "compresses",
      partial({ "Content-Range": "bytes 0-32767/1000000", "Content-Encoding": "gzip" }, head),
      /compresses what it sends \(gzip\)/,
      1,
    ],
    [
      "sends more than it says",
      partial({ "Content-Range": "bytes 0-32767/1000000" }, bytes.subarray(0, 40_000)),
      /sent more than the 32768 bytes/,
      4,
    ],
    [
      "has an empty file",
      (_, response) => void response.writeHead(416, { "Content-Range": "bytes */0" }).end(),
      /the file is empty/,
      1,
    ],
    [
      "redirects in a circle",
      (_, response) => void response.writeHead(302, { Location: "/data.tif" }).end(),
      /redirects more than 5 times/,
      6,
    ],
    [
      "redirects nowhere",
      (_, response) => void response.writeHead(302).end(),
      /redirects without saying where/,
      1,
    ],
    [
      "redirects to a file",
      (_, response) => void response.writeHead(302, { Location: "file:///etc/passwd" }).end(),
      /redirects to file:/,
      1,
    ],
    [
      "redirects with a name",
      (_, response) => void response.writeHead(302, { Location: "http://u:secret@127.0.0.1/" }).end(),
      /an address with a user name/,
      1,
    ],
  ];
  it.each(cases)("and %s", async (_what, behave, message, requests) => {
    const { server, address, remote } = await served(behave);
    const error = await failure(remote.open(address));
    expect(error).toMatchObject({ kind: "input", place: { file: address } });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("secret");
    expect(error.hint).toBeTruthy();
    expect(server.asked.length).toBe(requests);
    expect(server.sent()).toBeLessThan(100_000);
  });

  it("and has no host, or nobody there", async () => {
    const remote = new RemoteFiles(quick);
    const { server } = await served();
    await server.close();
    const refused = await failure(remote.open(`${server.origin}/data.tif`));
    expect(refused.message).toMatch(/not answer properly 4 times.*ECONNREFUSED/);
    const nowhere = await failure(remote.open("http://no-such-host.invalid/data.tif"));
    expect(nowhere.message).toMatch(/no such host|EAI_AGAIN/);
  });

  it("is asked again by the next that opens it", async () => {
    let broken = true;
    const { address, remote } = await served((_, response, plain) =>
      broken ? void response.writeHead(404).end() : plain(),
    );
    await failure(remote.open(address));
    broken = false;
    await readAll(remote, address);
  });
});

describe("redirects", () => {
  it("are followed, and where they lead is remembered until it fails", async () => {
    const target = await served();
    let moves = 0;
    const { address, remote } = await served((_, response) => {
      moves++;
      response.writeHead(302, { Location: `${target.address}?token=${moves}` }).end();
    });
    const file = await remote.open(address);
    await file.read(200_000, 100);
    await file.read(400_000, 100);
    expect(moves).toBe(1);
    expect(target.server.asked.length).toBe(3);
    await file.close();
  });

  it("that are valid for a while are asked for again", async () => {
    let valid = "";
    const target = await served((request, response, plain) =>
      request.url!.endsWith(`?${valid}`) ? plain() : void response.writeHead(403).end(),
    );
    const { address, remote } = await served((_, response, __, number) => {
      valid = `pass${number}`;
      response.writeHead(307, { Location: `${target.address}?${valid}` }).end();
    });
    const file = await remote.open(address);
    valid = "expired";
    expect(Buffer.compare(await file.read(600_000, 50), bytes.subarray(600_000, 600_050))).toBe(0);
    await file.close();
  });
});

describe("a file that changes while it is read is an error, never a mixture", () => {
  const other = noise(1_000_000, 2);
  const cases: readonly (readonly [what: string, before: ServedFile, after: ServedFile])[] = [
    [
      "of the same size, by ETag",
      { bytes, headers: { ETag: '"a"' } },
      { bytes: other, headers: { ETag: '"b"' } },
    ],
    [
      "of the same size, by time",
      { bytes, headers: { "Last-Modified": "Wed, 01 Jan 2025 00:00:00 GMT" } },
      { bytes: other, headers: { "Last-Modified": "Wed, 01 Jan 2025 00:00:01 GMT" } },
    ],
    ["without its ETag", { bytes, headers: { ETag: '"a"' } }, { bytes: other, headers: {} }],
    ["longer", { bytes, headers: {} }, { bytes: noise(1_000_001, 2), headers: {} }],
    ["shorter", { bytes, headers: {} }, { bytes: other.subarray(0, 400_000), headers: {} }],
  ];
  it.each(cases)("%s", async (_what, before, after) => {
    const { address, files, remote } = await served(undefined, before);
    const file = await remote.open(address);
    files["/data.tif"] = after;
    const error = await failure(file.read(500_000, 100));
    expect(error.kind).toBe("input");
    expect(error.message).toMatch(/was changed while it was being read/);
    // What is kept is of the file that was opened.
    expect(Buffer.compare(await file.read(0, 100), bytes.subarray(0, 100))).toBe(0);
    await file.close();
    expect((await remote.open(address)).size).toBe(after.bytes.length);
  });
});

describe("what a server says of a file", () => {
  it("is its ETag, else a time that lies back, else nothing certain", async () => {
    const { address, files, remote } = await served();
    const look = async (headers: Record<string, string>) => {
      files["/data.tif"] = { bytes, headers };
      return remote.look(address);
    };
    const date = "Wed, 01 Jan 2025 00:00:00 GMT";
    expect(await look({ ETag: 'W/"x"', "Last-Modified": date })).toEqual({
      bytes: 1_000_000,
      validator: 'etag W/"x"',
      settled: true,
    });
    expect(await look({ "Last-Modified": date })).toMatchObject({
      validator: `modified ${date}`,
      settled: true,
    });
    expect(await look({ "Last-Modified": new Date().toUTCString() })).toMatchObject({ settled: false });
    expect(await look({})).toEqual({ bytes: 1_000_000, validator: undefined, settled: false });
  });
});

describe("an abort ends the waiting at once", () => {
  it.each(["open", "read", "look"] as const)("of %s", async (what) => {
    let silent = what !== "read";
    const { address } = await served((_, __, plain) => (silent ? undefined : plain()));
    const remote = new RemoteFiles({ ...quick, silenceMs: 60_000 });
    const controller = new AbortController();
    const file = what === "read" ? await remote.open(address, controller.signal) : undefined;
    silent = true;
    const work =
      what === "open"
        ? remote.open(address, controller.signal)
        : what === "look"
          ? remote.look(address, controller.signal)
          : file!.read(700_000, 10);
    const failed = failure(work);
    setTimeout(() => controller.abort(), 50);
    expect(await failed).toMatchObject({ name: "AbortError" });
    await file?.close();
  });

  it("but not that of another reader of the same bytes", async () => {
    let answerNow: (() => void) | undefined;
    const { address, remote } = await served((_, __, plain, number) =>
      number === 1 ? plain() : void (answerNow = plain),
    );
    const controller = new AbortController();
    const one = await remote.open(address, controller.signal);
    const two = await remote.open(address);
    const lost = failure(one.read(700_000, 10));
    const found = two.read(700_000, 10);
    await expect.poll(() => answerNow !== undefined).toBe(true);
    controller.abort();
    await lost;
    answerNow!();
    expect(Buffer.compare(await found, bytes.subarray(700_000, 700_010))).toBe(0);
    await one.close();
    await two.close();
  });
});
