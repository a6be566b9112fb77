import { afterEach, describe, expect, it } from "vitest";
import { WorkerPool } from "../../src/workers/pool.js";
import { threadModule } from "../../src/workers/thread-module.js";

const source = `
  import { threadId } from "node:worker_threads";
  let running = 0;
  export async function work(ms) {
    const others = running++;
    await new Promise((resolve) => setTimeout(resolve, ms));
    running--;
    return { others, threadId };
  }
  export const fail = () => { throw new Error("it can't be done"); };
  export const die = () => process.exit(1);
  export const stay = () => new Promise(() => setInterval(() => undefined, 1000));
`;
const module = `data:text/javascript,${encodeURIComponent(source)}`;

interface Done {
  readonly others: number;
  readonly threadId: number;
}

const pools: WorkerPool[] = [];
const poolOf = (size: number): WorkerPool => {
  const pool = new WorkerPool(size);
  pools.push(pool);
  return pool;
};

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe("calls in the main thread", () => {
  it("are answered in order, one at a time, without starting a thread", async () => {
    const pool = poolOf(2);
    pool.workHere();
    expect([pool.size, pool.startedLanes]).toEqual([1, [0]]);
    const order: number[] = [];
    const calls = [20, 1, 10].map(async (ms, index) => {
      const done = await pool.run<Done>(module, "work", ms, { lane: index });
      order.push(index);
      return done;
    });
    expect(await Promise.all(calls)).toEqual([0, 0, 0].map((threadId) => ({ others: 0, threadId })));
    expect(order).toEqual([0, 1, 2]);
  });

  it("give what was to be transferred, and do not suffer from one that fails", async () => {
    const pool = poolOf(2);
    pool.workHere();
    const transferring = threadModule(
      new URL("../../src/workers/pool.ts", import.meta.url).href,
      "./transferable.js",
    );
    const failing = pool.run(module, "fail", undefined);
    const bytes = new Uint8Array(3);
    const call = `data:text/javascript,${encodeURIComponent(
      `import { transferable } from "${transferring}"; export const give = (bytes) => transferable({ bytes }, [bytes.buffer]);`,
    )}`;
    const given = pool.run<{ bytes: Uint8Array }>(call, "give", bytes);
    await expect(failing).rejects.toThrow("it can't be done");
    expect((await given).bytes).toBe(bytes);
  });

  it("are rejected when the pool is closed", async () => {
    const pool = poolOf(1);
    pool.workHere();
    const first = pool.run<Done>(module, "work", 20);
    const waiting = pool.run<Done>(module, "work", 1);
    waiting.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await pool.close();
    expect((await first).threadId).toBe(0);
    await expect(waiting).rejects.toThrow("closed");
    await expect(pool.run(module, "work", 1)).rejects.toThrow("closed");
  });
});

describe("calls that are handed ahead", () => {
  it("are answered in order, one at a time", async () => {
    const pool = poolOf(1);
    const order: number[] = [];
    const calls = [30, 1, 10, 1, 5].map(async (ms, index) => {
      const { others } = await pool.run<Done>(module, "work", ms, { ahead: true });
      order.push(index);
      return others;
    });
    expect(await Promise.all(calls)).toEqual([0, 0, 0, 0, 0]);
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it("go to threads that have nothing to do first", async () => {
    const pool = poolOf(2);
    const calls = [50, 50].map((ms) => pool.run<Done>(module, "work", ms, { ahead: true }));
    const [first, second] = await Promise.all(calls);
    expect(first!.threadId).not.toBe(second!.threadId);
  });

  it("keep to their lane, and those that may not wait at a thread do not", async () => {
    const pool = poolOf(2);
    const slow = pool.run<Done>(module, "work", 300, { lane: 0 });
    const behind = pool.run<Done>(module, "work", 1, { lane: 0, ahead: true });
    const other = pool.run<Done>(module, "work", 50, { lane: 1 });
    const free = await pool.run<Done>(module, "work", 1);
    expect(free.threadId).toBe((await other).threadId);
    expect((await behind).threadId).toBe((await slow).threadId);
  });

  it("do not suffer from one that fails before them", async () => {
    const pool = poolOf(1);
    const failing = pool.run(module, "fail", undefined, { ahead: true });
    const next = pool.run<Done>(module, "work", 1, { ahead: true });
    await expect(failing).rejects.toThrow("it can't be done");
    expect((await next).others).toBe(0);
  });

  it("are all rejected when their thread dies or the pool is closed", async () => {
    const pool = poolOf(1);
    const dying = ["die", "work"].map((call) => pool.run(module, call, 1, { ahead: true }));
    for (const call of dying) await expect(call).rejects.toThrow("ended unexpectedly");
    expect((await pool.run<Done>(module, "work", 1)).others).toBe(0);
    const staying = ["stay", "work", "work"].map((call) => pool.run(module, call, 1, { ahead: true }));
    const ends = Promise.allSettled(staying);
    await pool.close();
    expect((await ends).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });
});
