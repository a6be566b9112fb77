/** The merged table of a store as raw arrays, a file for each column: node store_to_columns.mjs STORE FOLDER */
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const [store, folder] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const instance = await DuckDBInstance.create(store, { access_mode: "READ_ONLY", memory_limit: "512MB" });
const connection = await instance.connect();
const result = await connection.stream("SELECT * EXCLUDE (cell) FROM merged");
const names = result.columnNames();
await writeFile(join(folder, "columns.txt"), `${names.join("\n")}\n`);
const files = names.map((_, index) => createWriteStream(join(folder, `${index}.bin`)));
for (let chunk = await result.fetchChunk(); chunk?.rowCount > 0; chunk = await result.fetchChunk()) {
  for (const [index, values] of chunk.getColumns().entries()) {
    const array = index < 2 ? Float64Array : Float32Array;
    const bytes = Buffer.from(array.from(values, (value) => value ?? NaN).buffer);
    if (!files[index].write(bytes)) await new Promise((resolve) => files[index].once("drain", resolve));
  }
}
await Promise.all(files.map((file) => new Promise((resolve) => file.end(resolve))));
