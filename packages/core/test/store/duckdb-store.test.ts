import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { columnTypes, isQuadratError } from "../../src/index.js";
import { DuckDbStore, NullRows } from "../../src/host.js";
import { transaction } from "../../src/store/store.js";

const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};
/** Those of numbers. */
const dataTypes = Object.keys(arrays) as (keyof typeof arrays)[];

let folder: string;
let store: DuckDbStore | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-store-"));
});
afterEach(async () => {
  await store?.close();
  store = undefined;
});
afterAll(() => rm(folder, { recursive: true }));

const open = async (name: string, threads = 2): Promise<DuckDbStore> => {
  const path = join(folder, name);
  return (store = await DuckDbStore.open(path, { memoryBytes: 2e8, threads, temporaryDirectory: folder }));
};

/** A batch whose values are `from, from + 1, ...` modulo what every type holds; each `nullEvery`-th is null. */
function batchOf(from: number, rows: number, nullEvery: number): arrow.RecordBatch {
  const children = dataTypes.map((type) => {
    const values = new arrays[type](rows);
    const validity = new Uint8Array(Math.ceil(rows / 8));
    let nulls = 0;
    for (let i = 0; i < rows; i++) {
      const value = (from + i) % 100;
      values[i] = type.endsWith("64") && type !== "float64" ? BigInt(value) : value;
      if ((from + i) % nullEvery === 0) nulls++;
      else validity[i >> 3]! |= 1 << (i & 7);
    }
    return arrow.makeData({
      type: columnTypes[type].arrow() as arrow.Float,
      length: rows,
      nullCount: nulls,
      data: values as Float32Array,
      nullBitmap: validity,
    });
  });
  const schema = new arrow.Schema(
    dataTypes.map((type) => new arrow.Field(type, columnTypes[type].arrow(), true)),
  );
  const type = new arrow.Struct(schema.fields);
  return new arrow.RecordBatch(schema, arrow.makeData({ type, length: rows, nullCount: 0, children }));
}

/** A batch of lists of whole numbers, and of their quarters. */
function listsOf(rows: readonly (readonly number[] | undefined)[]): arrow.RecordBatch {
  const { length } = rows;
  const offsets = new Int32Array(length + 1);
  const validity = new Uint8Array(Math.ceil(length / 8));
  for (const [index, row] of rows.entries()) {
    offsets[index + 1] = offsets[index]! + (row?.length ?? 0);
    if (row) validity[index >> 3]! |= 1 << (index & 7);
  }
  const nullCount = rows.filter((row) => row === undefined).length;
  const numbers = rows.flatMap((row) => row ?? []);
  const list = <T extends arrow.DataType>(child: arrow.Data<T>): arrow.Data =>
    arrow.makeData({
      type: new arrow.List(new arrow.Field("item", child.type, false)),
      ...{ length, nullCount, nullBitmap: validity, valueOffsets: offsets, child },
    });
  const children = [
    list(arrow.makeData({ type: new arrow.Int32(), data: Int32Array.from(numbers) })),
    list(arrow.makeData({ type: new arrow.Float64(), data: Float64Array.from(numbers, (one) => one / 4) })),
  ];
  const schema = new arrow.Schema([
    new arrow.Field("parts", children[0]!.type, true),
    new arrow.Field("vals", children[1]!.type, true),
  ]);
  const type = new arrow.Struct(schema.fields);
  return new arrow.RecordBatch(schema, arrow.makeData({ type, length, nullCount: 0, children }));
}

async function createTable(target: DuckDbStore): Promise<void> {
  const columns = dataTypes.map((type) => `${type} ${columnTypes[type].sql}`);
  await target.exec(`CREATE OR REPLACE TABLE main.t (${columns.join(", ")})`);
}

describe("DuckDbStore", () => {
  it("gives back what was appended, whatever the sizes of the batches and wherever the nulls", async () => {
    const target = await open("roundtrip.duckdb");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 7000 }),
        fc.boolean(),
        async (sizes, nullEvery, rows, slice) => {
          await createTable(target);
          let from = 0;
          const batches = sizes.map((size) => {
            const batch = slice
              ? batchOf(from - 3, size + 3, nullEvery).slice(3)
              : batchOf(from, size, nullEvery);
            from += size;
            return batch;
          });
          await target.append({ schema: "main", table: "t" }, batches, { commitEvery: 3000 });
          let row = 0;
          for await (const batch of target.query("SELECT * FROM main.t", { rows: () => rows })) {
            expect(batch.numRows).toBeLessThanOrEqual(rows);
            for (let i = 0; i < batch.numRows; i++, row++) {
              for (const [index, type] of dataTypes.entries()) {
                const value = batch.getChildAt(index)!.get(i) as number | bigint | null;
                const expected = row % nullEvery === 0 ? null : row % 100;
                if (value === null ? expected !== null : Number(value) !== expected) {
                  throw new Error(`${type} of row ${row} is ${value}, expected ${expected}`);
                }
              }
            }
          }
          expect(row).toBe(from);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("gives back lists that were appended, whatever their lengths and wherever the nulls", async () => {
    const target = await open("lists.duckdb");
    const lists = fc.array(fc.option(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 })), {
      maxLength: 3000,
    });
    const properties = fc.asyncProperty(
      fc.array(lists, { minLength: 1, maxLength: 3 }),
      fc.nat({ max: 5 }),
      async (batches, cut) => {
        await target.exec("CREATE OR REPLACE TABLE main.l (parts INTEGER[], vals DOUBLE[])");
        const kept = batches.map((rows) => rows.slice(cut));
        const made = batches.flatMap((rows) =>
          rows.length > cut ? [listsOf(rows.map((row) => row ?? undefined)).slice(cut)] : [],
        );
        await target.append({ schema: "main", table: "l" }, made, { commitEvery: 2500 });
        const found = await target.rows<{ parts: string | null; vals: string | null }>(
          "SELECT parts::VARCHAR AS parts, vals::VARCHAR AS vals FROM main.l ORDER BY rowid",
        );
        const want = kept.flat().map((row) => ({
          parts: row && `[${row.join(", ")}]`,
          vals:
            row &&
            `[${row.map((one) => (one / 4).toFixed(one % 4 === 0 ? 1 : one % 2 === 0 ? 1 : 2)).join(", ")}]`,
        }));
        expect(found).toEqual(want);
      },
    );
    await fc.assert(properties, { numRuns: 30 });
  });

  it.each([1, 2])(
    "makes rows of NULLs itself as if they had been appended, with %i threads",
    async (threads) => {
      const target = await open(`nulls-${threads}.duckdb`, threads);
      const create = dataTypes.map((type) => `${type}_ ${columnTypes[type].sql}`).join(", ");
      await target.exec(`CREATE TABLE t (${create}); CREATE TABLE u (${create}, p INTEGER[])`);
      await target.exec(`CREATE TABLE v (${create})`);
      const pieces = [70_000, -130_000, 5, -1, 3000, -122_880, 2048, -9, 40_000, -130_000];
      const made = (makeNulls: (rows: number) => arrow.RecordBatch | NullRows) => {
        let from = 0;
        return pieces.map((rows) => {
          const batch = rows < 0 ? makeNulls(-rows) : batchOf(from, rows, 7);
          from += Math.abs(rows);
          return batch;
        });
      };
      const options = { commitEvery: 245_760 };
      const plain = made((rows) => batchOf(0, rows, 1));
      const appended = await target.append({ schema: "main", table: "t" }, plain, options);
      const nulls = made((rows) => new NullRows(rows));
      expect(await target.append({ schema: "main", table: "v" }, nulls, options)).toBe(appended);
      await target.exec("CHECKPOINT");
      const names = dataTypes.map((type) => `${type}_`).join(", ");
      const differing = await target.rows(
        `FROM (SELECT rowid AS r, ${names} FROM t EXCEPT SELECT rowid, ${names} FROM v) LIMIT 5`,
      );
      expect(differing).toEqual([]);
      const groups = (table: string) =>
        target.rows(
          `SELECT row_group_id, sum(count)::INT AS rows FROM pragma_storage_info('${table}')
         WHERE column_id = 0 AND segment_type NOT ILIKE 'validity' GROUP BY 1 ORDER BY 1`,
        );
      expect(await groups("v")).toEqual(await groups("t"));
      // Of lists too.
      await target.append({ schema: "main", table: "u" }, [new NullRows(3)]);
      expect(await target.rows("SELECT count(*)::INT AS n, count(p)::INT AS p FROM u")).toEqual([
        { n: 3, p: 0 },
      ]);
    },
  );

  it("undoes rows of NULLs with what was appended besides when the batches fail", async () => {
    const target = await open("nulls-undone.duckdb");
    await target.exec("CREATE TABLE t (a INTEGER)");
    const failing = function* () {
      yield new NullRows(3000);
      throw new Error("the source broke");
    };
    const append = target.append({ schema: "main", table: "t" }, failing(), { commitEvery: 1000 });
    await expect(append).rejects.toThrow("the source broke");
    expect(await target.rows("SELECT count(*)::INT AS n FROM t")).toEqual([{ n: 3000 }]);
    const again = target.append({ schema: "main", table: "t" }, failing());
    await expect(again).rejects.toThrow("the source broke");
    expect(await target.rows("SELECT count(*)::INT AS n FROM t")).toEqual([{ n: 3000 }]);
  });

  it("agrees with DuckDB on sums and nulls after an append", async () => {
    const target = await open("sums.duckdb");
    await createTable(target);
    await target.append({ schema: "main", table: "t" }, [batchOf(0, 10_000, 7)]);
    const [row] = await target.rows<{ n: bigint; s: number }>(
      "SELECT count(float32) AS n, sum(float64) AS s FROM main.t",
    );
    const kept = Array.from({ length: 10_000 }, (_, i) => i).filter((i) => i % 7 !== 0);
    expect(Number(row!.n)).toBe(kept.length);
    expect(row!.s).toBe(kept.reduce((sum, i) => sum + (i % 100), 0));
  });

  it("keeps what was committed and undoes the rest when the input fails", async () => {
    const target = await open("failing.duckdb");
    await createTable(target);
    const failing = function* (): Generator<arrow.RecordBatch> {
      yield batchOf(0, 3000, 5);
      yield batchOf(3000, 1000, 5);
      throw new Error("the source broke");
    };
    const append = target.append({ schema: "main", table: "t" }, failing(), { commitEvery: 2500 });
    await expect(append).rejects.toThrow("the source broke");
    const [row] = await target.rows<{ n: bigint }>("SELECT count(*) AS n FROM main.t");
    expect(Number(row!.n)).toBe(2500);
  });

  it("undoes a transaction of which a statement fails, and goes on working", async () => {
    const store = await open("together.duckdb");
    const table = "CREATE TABLE kept (value INTEGER)";
    await expect(store.exec(transaction([table, "INSERT INTO none VALUES (1)"]))).rejects.toThrow(/none/);
    expect(await store.exec(transaction([table, "INSERT INTO kept VALUES (1)"]))).toBe(0);
    expect(await store.rows("FROM kept")).toEqual([{ value: 1 }]);
  });

  it("stops a query that is left early and goes on working", async () => {
    const target = await open("early.duckdb");
    for await (const batch of target.query("SELECT range AS i FROM range(100000000)")) {
      expect(batch.numRows).toBe(2048);
      break;
    }
    expect(await target.rows("SELECT 42::INTEGER AS answer")).toEqual([{ answer: 42 }]);
  });

  it("says what is wrong with a file that is no database", async () => {
    await writeFile(join(folder, "text.duckdb"), "hello ".repeat(5000));
    const error: unknown = await open("text.duckdb").catch((cause: unknown) => cause);
    expect(isQuadratError(error) && error.message).toContain("text.duckdb");
    expect(isQuadratError(error) && error.hint).toContain("--store");
  });

  it("is removed also when its blocks can't be read", async () => {
    const path = (await open("broken.duckdb")).path;
    await store!.exec("CREATE TABLE t AS SELECT range AS i FROM range(100_000)");
    await store!.close();
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(7, 4096));
    const error: unknown = await open("broken.duckdb").catch((cause: unknown) => cause);
    expect(isQuadratError(error) && error.message).toContain("is damaged");
    await DuckDbStore.remove(path);
    expect((await open("broken.duckdb")).path).toBe(path);
  });

  it("closes under statements that nobody waits for, and stops them", async () => {
    const opened = await open("busy.duckdb");
    const endless = "SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b";
    const left = [
      ...Array.from({ length: 3 }, () => opened.rows(endless)),
      opened.configure({ memoryBytes: 1e8, threads: 1 }),
      opened.query(endless).next(),
    ].map((statement) =>
      statement.then(
        () => "done",
        () => "stopped",
      ),
    );
    await opened.close();
    expect((await Promise.all(left)).slice(0, 3)).toEqual(["stopped", "stopped", "stopped"]);
    await expect(opened.rows("SELECT 1")).rejects.toThrow("the store is closed");
  });

  it.each([0, 12, 4096, 8192])(
    "takes the place of one that was killed with %i bytes written, also with --fresh",
    async (bytes) => {
      const path = join(folder, `begun-${bytes}.duckdb`);
      const whole = await open(`whole-${bytes}.duckdb`);
      await whole.close();
      const begun = (await readFile(whole.path)).subarray(0, bytes);
      for (const content of [begun, Buffer.alloc(bytes)]) {
        await writeFile(path, content);
        const store = await open(`begun-${bytes}.duckdb`);
        expect(await store.rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
        await store.close();
        await writeFile(path, content);
        await DuckDbStore.remove(path);
        await expect(access(path)).rejects.toThrow("ENOENT");
      }
    },
  );

  it("keeps the least of what it was granted and is held to, however many ask at once", async () => {
    const limits = fc.record(
      {
        memoryBytes: fc.integer({ min: 50, max: 900 }).map((mb) => mb * 1e6),
        threads: fc.integer({ min: 1, max: 4 }),
      },
      { requiredKeys: [] },
    );
    const asked = fc.array(fc.record({ held: fc.boolean(), limits, wait: fc.boolean() }), { maxLength: 8 });
    const db = await open("limits.duckdb");
    let granted = { memoryBytes: 2e8, threads: 2 };
    await fc.assert(
      fc.asyncProperty(asked, async (steps) => {
        let held: { memoryBytes?: number; threads?: number } = {};
        const telling: Promise<void>[] = [db.holdTo()];
        for (const step of steps) {
          if (step.held) held = step.limits;
          else granted = { ...granted, ...step.limits };
          telling.push(step.held ? db.holdTo(step.limits) : db.configure(step.limits));
          if (step.wait) await telling.at(-1);
        }
        await Promise.all(telling);
        const [row] = await db.rows<{ threads: number; memory: string }>(
          "SELECT current_setting('threads')::INTEGER AS threads, current_setting('memory_limit') AS memory",
        );
        const { memoryBytes = Infinity, threads = Infinity } = held;
        expect(row!.threads).toBe(Math.min(granted.threads, threads));
        const bytes = Number.parseFloat(row!.memory) * (row!.memory.endsWith("GiB") ? 2 ** 30 : 2 ** 20);
        expect(Math.abs(bytes - Math.min(granted.memoryBytes, memoryBytes))).toBeLessThan(2 ** 20);
      }),
      { numRuns: 60 },
    );
  });
});
