import { createHash } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { quoteIdentifier, type Store, type TableName } from "@quadrat/core";

/** Tables and a file that exist while one dataset is put on the grid. */
export interface Scratch {
  /** Name of a scratch table. */
  table(name: string): TableName;
  /** The same, quoted and qualified. */
  sql(name: string): string;
  /** Path of the scratch file. */
  readonly file: string;
  /** Path of a file for what is sorted. */
  readonly runs: string;
  /** Removes everything. */
  drop(): Promise<void>;
}

/** The same dataset always gets the same names, so that what a killed run left behind is replaced. */
export async function openScratch(store: Store, dataset: string): Promise<Scratch> {
  const id = createHash("sha256").update(dataset).digest("hex").slice(0, 12);
  const schema = `scratch_${id}`;
  const inMemory = store.path === "" || store.path === ":memory:";
  const start = inMemory ? join(tmpdir(), `quadrat-${process.pid}-${id}`) : `${store.path}.${id}`;
  const [file, runs] = [`${start}.rows`, `${start}.runs`];
  const drop = async (): Promise<void> => {
    await store.exec(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    for (const path of [file, runs]) await rm(path, { force: true });
  };
  await drop();
  await store.exec(`CREATE SCHEMA ${schema}`);
  return {
    table: (table) => ({ schema, table }),
    sql: (table) => `${schema}.${quoteIdentifier(table)}`,
    file,
    runs,
    drop,
  };
}

/** Removes what runs that were killed have left behind, of whatever datasets. */
export async function removeScratch(store: Store): Promise<void> {
  const schemas = await store.rows<{ name: string }>(
    "SELECT schema_name AS name FROM duckdb_schemas() WHERE database_name = current_database() AND schema_name LIKE 'scratch\\_%' ESCAPE '\\'",
  );
  for (const { name } of schemas) await store.exec(`DROP SCHEMA ${quoteIdentifier(name)} CASCADE`);
  if (store.path === "" || store.path === ":memory:") return;
  const own = `${basename(store.path)}.`;
  for (const name of await readdir(dirname(store.path))) {
    const isScratch = name.startsWith(own) && /^[0-9a-f]{12}\.(rows|runs)$/.test(name.slice(own.length));
    if (isScratch) await rm(join(dirname(store.path), name), { force: true });
  }
}
