import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { keep, kept } from "../fuzz/findings.mjs";
import { judge } from "../fuzz/judge.mjs";
import { numbersFor } from "../fuzz/numbers.mjs";
import { readers } from "../fuzz/readers.mjs";
import { Runner } from "../fuzz/runner.mjs";

const folder = mkdtempSync(join(tmpdir(), "quadrat-fuzz-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const caseOf = (name, index) => readers[name](numbersFor(`16 ${name}`, index));
const plain = ({ args, files }) => ({
  args,
  files: Object.entries(files).map(([name, content]) => [name, Buffer.from(content).toString("base64")]),
});

describe("damaged inputs", () => {
  const runner = new Runner({ seconds: 60 });
  after(() => runner.close());

  for (const name of Object.keys(readers)) {
    it(`of ${name} end with a result or an error of their own`, async () => {
      for (let index = 0; index < 8; index++) {
        const { found } = await runner.run(caseOf(name, index));
        assert.equal(found, undefined, `npm run fuzz -- --seed 16 --reader ${name} --case ${index}`);
      }
    });
  }

  it("are the same for the same seed, and others for another", () => {
    for (const name of Object.keys(readers)) {
      assert.deepEqual(plain(caseOf(name, 3)), plain(caseOf(name, 3)));
      assert.notDeepEqual(plain(caseOf(name, 3)), plain(caseOf(name, 4)));
    }
  });

  for (const { name, found, ...one } of kept()) {
    it(`that once did harm: ${name}, ${found}`, async () => {
      assert.equal((await runner.run(one)).found, undefined);
    });
  }

  it("that do harm are kept whole", () => {
    const one = {
      reader: "tiff",
      found: "exit code 70",
      args: ["run"],
      files: { "input.tif": Buffer.from([0, 255]) },
    };
    keep(one, folder);
    const [{ name, ...again }] = kept(folder);
    assert.match(name, /^tiff-[0-9a-f]{8}\.json$/);
    assert.deepEqual(again, one);
  });
});

describe("a finding", () => {
  const error = (kind, message) => JSON.stringify({ level: "error", kind, message });

  it("is what a command must not end with", () => {
    for (const ended of [
      { crash: "uncaught exception: TypeError" },
      { hung: 30 },
      { bytes: 2e9 },
      { signal: "SIGSEGV" },
      { code: 4 },
      { code: 134 },
      { code: 1 },
      { code: 1, stderr: error("internal", "TypeError: x is not a function") },
      { code: 1, stderr: error("input", "INTERNAL Error: Attempted to access index 3") },
      { code: 0, stderr: error("input", "a.tif is damaged") },
      { code: 1, stderr: error("input", "a.tif is damaged"), left: [".merged.csv.partial"] },
      { code: 1, stderr: error("input", "a.tif is damaged"), left: ["merged.csv"] },
    ])
      assert.ok(judge(ended), JSON.stringify(ended));
  });

  it("is not what it may", () => {
    const warning = JSON.stringify({ level: "warning", message: "a.csv: one record was skipped" });
    assert.equal(judge({ code: 0, left: ["merged.csv"] }), undefined);
    assert.equal(judge({ code: 0, stderr: `${warning}\n` }), undefined);
    for (const code of [1, 2, 3])
      assert.equal(judge({ code, stderr: `${warning}\n${error("input", "a.tif is damaged")}\n` }), undefined);
  });

  it("is made of every way in which a process can go wrong", { timeout: 60_000 }, async () => {
    const worker = join(folder, "worker.mjs");
    writeFileSync(
      worker,
      `const held = [];
const ways = {
  fine: () => process.send({ code: 0, stderr: "", left: [] }),
  crash: () => process.send({ crash: "uncaught exception: RangeError" }),
  abort: () => process.abort(),
  exit: () => process.exit(5),
  hang: () => { for (;;); },
  grow: () => setInterval(() => held.push(Buffer.alloc(2e7, 1)), 1),
};
process.on("message", ({ args }) => ways[args[0]]());
process.send("ready");
`,
    );
    const runner = new Runner({ worker, seconds: 2, bytes: 2e8 });
    try {
      const run = async (way) => (await runner.run({ args: [way], files: {} })).found;
      assert.equal(await run("fine"), undefined);
      assert.match(await run("crash"), /RangeError/);
      assert.match(await run("abort"), /SIG(ABRT|TRAP|ILL)|exit code 134/);
      assert.match(await run("exit"), /exit code 5/);
      assert.match(await run("hang"), /no end in 2 s/);
      if (process.platform === "linux") assert.match(await run("grow"), /MB more memory/);
      assert.equal(await run("fine"), undefined);
    } finally {
      runner.close();
    }
  });
});
