import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quoteIdentifier, type Store, type TableName } from "@quadrat/core";

/** Tables and a file that exist while one dataset is put on the grid. */
export interface Scratch {
  /** Name of a scratch table. */
  table(name: string): TableName;
  /** The same, quoted and qualified. */
  sql(name: string): string;
  /** Path of the scratch file. */
  readonly file: string;
  /** Removes everything. */
  drop(): Promise<void>;
}

/** The same dataset always gets the same names, so that what a killed run left behind is replaced. */
export async function openScratch(store: Store, dataset: string): Promise<Scratch> {
  const id = createHash("sha256").update(dataset).digest("hex").slice(0, 12);
  const schema = `scratch_${id}`;
  const inMemory = store.path === "" || store.path === ":memory:";
  const file = inMemory ? join(tmpdir(), `quadrat-${process.pid}-${id}.rows`) : `${store.path}.${id}.rows`;
  const drop = async (): Promise<void> => {
    await store.exec(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await rm(file, { force: true });
  };
  await drop();
  await store.exec(`CREATE SCHEMA ${schema}`);
  return {
    table: (table) => ({ schema, table }),
    sql: (table) => `${schema}.${quoteIdentifier(table)}`,
    file,
    drop,
  };
}
