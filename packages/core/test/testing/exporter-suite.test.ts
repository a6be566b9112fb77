import { appendFile, open, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Exporter, ExporterDefinition } from "../../src/index.js";
import { exporterSuite } from "../../src/testing/index.js";
import { failures } from "./failures.js";

/** Lines of numbers, written batch by batch: what the suite asks for. */
const good: Exporter["write"] = async (table, { path }, { signal, progress }) => {
  signal.throwIfAborted();
  const file = await open(path, "w");
  try {
    for await (const batch of table.batches()) {
      signal.throwIfAborted();
      let text = "";
      for (const row of batch) text += `${[...row].map(([, value]) => String(value)).join()}\n`;
      await file.write(text);
      progress(batch.numRows);
    }
    signal.throwIfAborted();
  } finally {
    await file.close();
  }
};

const exporter = (write: Exporter["write"], more: Partial<ExporterDefinition> = {}): ExporterDefinition => ({
  name: "lines",
  extension: ".lines",
  create: () => ({ write }),
  ...more,
});

const held: unknown[] = [];

const broken: readonly (readonly [fault: string, definition: ExporterDefinition, told: RegExp])[] = [
  [
    "has an extension without dot",
    exporter(good, { extension: "lines" }),
    /definition that Quadrat accepts: .*has the extension "lines"/,
  ],
  ["writes no file", exporter(() => Promise.resolve()), /table of 0 rows.*: .*there is none/],
  [
    "does not tell its progress",
    exporter((table, target, context) => good(table, target, { ...context, progress: () => undefined })),
    /1000 rows, .*: progress must sum to the rows of the table, 1000; it sums to 0/,
  ],
  [
    "writes a line per batch",
    exporter(async (table, target, context) => {
      await good(table, target, context);
      for await (const batch of table.batches()) await appendFile(target.path, `${batch.numRows}\n`);
    }),
    /whatever the size of the batches: the bytes must not depend on the batches/,
  ],
  [
    "writes the number of rows first",
    exporter(async (table, target, context) => {
      await good(table, target, context);
      await appendFile(target.path, String(table.rowCount));
    }),
    /is known: the bytes must not depend on table.rowCount/,
  ],
  [
    "numbers its files",
    exporter(
      ((calls) => async (table, target, context) => {
        await good(table, target, context);
        await appendFile(target.path, String(calls++));
      })(0),
    ),
    /called again: a second call of write gave different bytes/,
  ],
  [
    "takes NULL for zero",
    exporter(async (table, target, context) => {
      await writeFile(target.path, "");
      for await (const batch of table.batches()) {
        const rows = [...batch].map((row) => [...row].map(([, value]) => Number(value)).join());
        await appendFile(target.path, rows.join("\n"));
        context.progress(batch.numRows);
      }
    }),
    /NULL from zero: a table of NULLs and a table of zeros gave the same bytes/,
  ],
  [
    "writes an index beside its file",
    exporter(async (table, target, context) => {
      await good(table, target, context);
      await writeFile(`${target.path}.idx`, "");
    }),
    /nowhere beside it: write must make one file, target.path; it has created output, output.idx/,
  ],
  [
    "does not heed the signal",
    exporter((table, target, context) =>
      good(table, target, { ...context, signal: new AbortController().signal }),
    ),
    /if already aborted: write must reject when its signal is aborted/,
  ],
  [
    "swallows what the table throws",
    exporter((table, target, context) =>
      good(table, target, context).catch((error: unknown) => {
        if (!/can't be read/.test(String(error))) throw error;
      }),
    ),
    /passes on errors of reading the table, .*: write must reject when the table can't be read/,
  ],
  [
    "leaves its file open",
    exporter(async (table, target, context) => {
      const file = await open(target.path, "w");
      try {
        await good(table, target, context);
      } catch (error) {
        held.push(file);
        throw error;
      }
      await file.close();
    }),
    /on the way, .*: the file must be closed when write was aborted; it is open/,
  ],
  [
    "holds every batch",
    exporter(async (table, target, context) => {
      const kept: unknown[] = [];
      for await (const batch of table.batches()) {
        context.signal.throwIfAborted();
        kept.push(batch);
      }
      await good(table, target, context);
      kept.length = 0;
    }),
    /does not hold the table: an exporter that streams must not hold the table/,
  ],
];

describe("the suite for exporters", () => {
  it("lets one pass that does as it must", async () => {
    expect(await failures(exporterSuite(exporter(good), { types: ["float32", "float64", "int32"] }))).toEqual(
      [],
    );
  });

  it.each(broken)("fails one that %s", async (_, definition, told) => {
    const [, part] = /^\/(.*?):/.exec(String(told))!;
    const checks = exporterSuite(definition, { types: ["float32", "float64"] });
    const concerned = checks.filter(({ name }) => new RegExp(part!).test(name));
    expect(concerned.length).toBeGreaterThan(0);
    expect((await failures(concerned)).join("\n")).toMatch(told);
  });
});
