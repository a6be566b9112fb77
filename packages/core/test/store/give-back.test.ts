import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { DuckDbStore } from "../../src/host.js";
import { reclaimAll } from "../../src/memory-reclaim.js";

const folder = await mkdtemp(join(tmpdir(), "quadrat-give-back-"));
afterAll(() => rm(folder, { recursive: true }));

const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };

it.skipIf(header.glibcVersionRuntime === undefined)(
  "gives back memory freed between buffers in use, and keeps its limit",
  async () => {
    const store = await DuckDbStore.open(join(folder, "store.duckdb"), {
      ...{ memoryBytes: 1e8, threads: 1, temporaryDirectory: folder },
    });
    const limit = async (): Promise<unknown> =>
      (await store.rows("SELECT current_setting('memory_limit') AS bytes"))[0];
    const before = await limit();
    const buffers = Array.from({ length: 16_000 }, () => new Uint8Array(12_748).fill(1));
    const bytes = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const held = process.memoryUsage.rss();
    // One in forty stays, so that no large piece is free.
    const kept = buffers.filter((_, index) => index % 40 === 0);
    buffers.length = 0;
    reclaimAll();
    await store.giveBack();
    expect(held - process.memoryUsage.rss()).toBeGreaterThan(bytes / 2);
    expect(kept).toHaveLength(400);
    expect(await limit()).toEqual(before);
    await store.close();
  },
);
