import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WatchState } from "../../src/watch/watch-state.js";
import { quadrat, type Ended } from "../commands/quadrat.js";
import { writeTiff } from "../e2e/support/tiff.js";

/** Debian's Chromium, or the one that QUADRAT_CHROMIUM names. */
const executable = process.env["QUADRAT_CHROMIUM"] ?? "/usr/bin/chromium";
const without = existsSync(executable) ? "" : `: skipped, because there is no browser at ${executable}`;

/** A stage that goes on until a file is there. */
const hold = (file: string): string => `
import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
export default { name: "hold", stages: [{ name: "hold", at: { position: "after", stage: "merge" }, create: () => ({
  name: "hold",
  async run() {
    while (!existsSync(${JSON.stringify(file)})) await wait(20);
    return { rows: 0 };
  },
}) }] };
`;

let folder: string;
const ends: (() => Promise<void>)[] = [];
const runs: Promise<Ended>[] = [];
const file = (name: string): string => join(folder, name);

interface Watched {
  readonly url: string;
  readonly run: Promise<Ended>;
  readonly watch: Promise<Ended>;
  readonly end: () => Promise<void>;
}

/** A run that goes on until it is told to end, and what watches it. */
async function watched(name: string, options: readonly string[] = []): Promise<Watched> {
  const go = file(`${name}.go`);
  await writeFile(file(`${name}.mjs`), hold(go));
  const config = {
    grid: { crs: "EPSG:4326", resolution: 0.5, bounds: [0, 0, 30, 20] },
    datasets: { warm: { path: "warm.tif" } },
    export: { directory: name },
    plugins: [`./${name}.mjs`],
    memory: { interval_ms: 50 },
  };
  await writeFile(file(`${name}.yml`), JSON.stringify(config));
  const run = quadrat(["run", "--config", file(`${name}.yml`), "--quiet"]);
  const end = (): Promise<void> => writeFile(go, "");
  ends.push(end);
  runs.push(run);
  let isOver = false;
  run.finally(() => (isOver = true)).catch(() => undefined);
  while (!isOver && !existsSync(file(`${name}/quadrat.duckdb.live.json`))) await wait(50);
  let found = (_: string): void => undefined;
  const url = new Promise<string>((resolve) => (found = resolve));
  const watch = quadrat(["watch", "--config", file(`${name}.yml`), ...options], {
    onStart: (child) => {
      let text = "";
      child.stdout!.on("data", (piece: Buffer) => {
        text += piece.toString();
        const [address] = /http:\/\/\S+\//.exec(text) ?? [];
        if (address !== undefined) found(address);
      });
    },
  });
  const failed = watch.then(({ stderr }) => Promise.reject(new Error(`watch has ended: ${stderr}`)));
  failed.catch(() => undefined);
  return { url: await Promise.race([url, failed]), run, watch, end };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

function ask(
  url: string,
  { method = "GET", host }: { method?: string; host?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    const sent = request(url, { method, headers }, (response) => {
      let text = "";
      response.on("data", (piece: Buffer) => (text += piece.toString()));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

const stateAt = async (url: string): Promise<WatchState> =>
  JSON.parse((await ask(`${url}state.json`)).text) as WatchState;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-watch-"));
  await writeTiff(file("warm.tif"), {
    ...{
      width: 60,
      height: 40,
      epsg: 4326,
      geographic: true,
      origin: [0, 20],
      pixel: [0.5, 0.5],
      nodata: -9999,
    },
    value: (col, row) => col + row,
  });
});
afterAll(async () => {
  for (const end of ends) await end();
  for (const one of runs) await one;
  await rm(folder, { recursive: true, force: true });
});

describe("quadrat watch", () => {
  it("serves the run on 127.0.0.1 alone until it has ended", { timeout: 240_000 }, async () => {
    const { url, run, watch, end } = await watched("served");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{24}\/$/);
    const page = await ask(url);
    expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.text).toContain("The run is going on.");
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");

    // Another site whose name leads to this machine, whatever the port.
    const { port } = new URL(url);
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      `127.0.0.1.evil.example:${port}`,
    ])
      expect((await ask(`${url}state.json`, { host })).status, host).toBe(421);
    expect((await ask(`${url}state.json`, { host: `localhost:${port}` })).status).toBe(200);
    // Others on this machine, who do not know the folder.
    for (const path of ["/", "/state.json", "/../state.json", "/000000000000000000000000/"])
      expect((await ask(new URL(path, url).href)).status, path).toBe(404);
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
      expect((await ask(url, { method })).status, method).toBe(405);

    await expect.poll(async () => (await stateAt(url)).facts.stage, { timeout: 60_000 }).toBe("hold");
    const first = await stateAt(url);
    expect(first.ended).toBeNull();
    expect(first.chart.limit).toBeGreaterThan(0);
    await expect
      .poll(async () => (await stateAt(url)).chart.samples.length, { timeout: 60_000 })
      .toBeGreaterThan(first.chart.samples.length + 1);
    const { samples } = (await stateAt(url)).chart;
    for (let i = 1; i < samples.length; i++)
      expect(samples[i]![0]).toBeGreaterThanOrEqual(samples[i - 1]![0]);

    await end();
    expect((await run).code).toBe(0);
    const told = await watch;
    expect([told.code, told.stderr]).toEqual([0, ""]);
    expect(told.stdout).toMatch(/run 1, default: done in/);
    await expect(ask(url)).rejects.toThrow(/ECONNREFUSED/);
  });

  it("says that no run is in progress", async () => {
    await writeFile(
      file("idle.yml"),
      JSON.stringify({ grid: { like: "warm.tif" }, datasets: { warm: { path: "warm.tif" } } }),
    );
    const { code, stderr } = await quadrat(["watch", "--config", file("idle.yml")]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("no run is in progress with the store")]);
  });

  it("refuses what is not a port", async () => {
    const { code, stderr } = await quadrat(["watch", "--config", file("idle.yml"), "--port", "70000"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--port 70000: not the number of a port")]);
  });

  it.skipIf(without !== "")(
    `draws a timeline that follows the run to its end${without}`,
    { timeout: 240_000 },
    async () => {
      const { url, run, watch, end } = await watched("drawn");
      const browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox"] });
      try {
        const page = await browser.newPage();
        const complaints: string[] = [];
        page.on("console", (message) => {
          if (["error", "warning"].includes(message.type())) complaints.push(message.text());
        });
        page.on("pageerror", (error) => complaints.push(error.message));
        await page.goto(url);
        await page.locator("[data-memory] svg").waitFor({ timeout: 60_000 });
        await expect
          .poll(() => page.locator('[data-fact="stage"]').textContent(), { timeout: 60_000 })
          .toBe("hold");
        await end();
        await expect
          .poll(() => page.locator("[data-status]").textContent(), { timeout: 60_000 })
          .toMatch(/^The run has ended: done after /);
        expect(complaints).toEqual([]);
      } finally {
        await browser.close();
        await end();
      }
      expect((await run).code).toBe(0);
      expect((await watch).code).toBe(0);
    },
  );
});
