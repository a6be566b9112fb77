import { createHash } from "node:crypto";
import { columnsOfCells } from "../config/cell-columns.js";
import { fileState } from "../inputs/input-files.js";
import { isBuiltin } from "../plugin/hook.js";
import { duckDbVersion } from "../store/duckdb-store.js";
import { quoteLiteral, transaction, type Store } from "../store/store.js";
import { version } from "../version.js";
import type { PlannedExport } from "./plan-exports.js";
import type { ExportedFile, FinishedOutputs, StageContext } from "./stage.js";

/**
 * The outputs that runs have finished, what they were made from, and the state of the files: an output that would be made from the same
 * again is not written again. Only outputs of Quadrat's own exporters are known well enough for that.
 */
export class OutputLedger implements FinishedOutputs {
  readonly #store: Store;
  readonly #context: Pick<StageContext, "config" | "grid" | "mask">;
  readonly #planned: readonly PlannedExport[];

  constructor(
    store: Store,
    context: Pick<StageContext, "config" | "grid" | "mask">,
    planned: readonly PlannedExport[],
  ) {
    this.#store = store;
    this.#context = context;
    this.#planned = planned;
  }

  /** The outputs that need not be written again, by path. */
  async current(): Promise<ReadonlyMap<string, ExportedFile>> {
    const found = await this.look();
    return new Map(found.flatMap(({ path, file }) => (file ? [[path, file] as const] : [])));
  }

  /**
   * Of every output: the file, if it exists as an earlier run has left it, and would be made from what is now in the store; and why it
   * will be kept, or not. Does not read the files: device, inode, size and the times of modification and change must be those of then.
   */
  async look(): Promise<readonly { path: string; file?: ExportedFile; reason: string }[]> {
    const rows = await this.#rows();
    const content = rows.length > 0 ? await this.#content() : {};
    const looks = this.#planned.map(async (planned) => {
      const { path } = planned;
      const key = keyOf(planned, content);
      const row = rows.find((one) => one.path === path);
      if (key === undefined) return { path, reason: `${planned.owner.plugin} writes it every time` };
      if (!row) return { path, reason: "no run has finished it" };
      if (row.madeFrom !== key) return { path, reason: "what it is made from has changed" };
      const state = await fileState(path);
      if (state === undefined) return { path, reason: "it was removed" };
      if (state !== row.state) return { path, reason: "something else has changed the file" };
      const { format, bytes, rows: count, sha256 } = row;
      const file = { path, format, bytes, rows: count, sha256 };
      return { path, file, reason: "nothing that it is made from has changed" };
    });
    return Promise.all(looks);
  }

  async #rows(): Promise<readonly OutputRow[]> {
    const [table] = await this.#store.rows(
      "FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = 'main' AND table_name = 'outputs'",
    );
    if (!table) return [];
    return this.#store.rows<OutputRow>(
      `SELECT path, format, bytes::DOUBLE AS bytes, rows::DOUBLE AS rows, sha256, made_from AS "madeFrom", state FROM outputs`,
    );
  }

  /** Whether there is nothing to export. */
  async isComplete(): Promise<boolean> {
    const current = await this.current();
    return this.#planned.every(({ path }) => current.has(path));
  }

  /** Enters an output that was just given its final name. */
  async enter({ path, format, bytes, rows, sha256 }: ExportedFile): Promise<void> {
    const planned = this.#planned.find((one) => one.path === path);
    const key = planned && keyOf(planned, await this.#content());
    const state = await fileState(path);
    if (key === undefined || state === undefined) return;
    const texts = [sha256, key, state].map(quoteLiteral).join(", ");
    await this.#store.exec(
      transaction([
        `DELETE FROM outputs WHERE path = ${quoteLiteral(path)}`,
        `INSERT INTO outputs VALUES (${quoteLiteral(path)}, ${quoteLiteral(format)}, ${bytes}, ${rows}, ${texts})`,
      ]),
    );
  }

  /** What the rows of the merged table depend on; of the values themselves, when the last range of them was staged. */
  async #content(): Promise<object> {
    const { config, grid, mask } = this.#context;
    const staged = await this.#store.rows(
      `SELECT name, position, data_type, layout, key, complete,
         (SELECT max(finished)::VARCHAR FROM bands WHERE dataset = name) AS finished,
         (SELECT count(*)::INTEGER FROM bands WHERE dataset = name) AS ranges
       FROM datasets ORDER BY position, name`,
    );
    return {
      versions: [version, duckDbVersion()],
      grid: grid?.toJSON(),
      mask: mask?.cells.identity,
      cells: columnsOfCells(config).map(({ name }) => name),
      join: config.merge.join,
      points: config.points,
      fills: Object.entries(config.datasets).map(([name, { fill }]) => [name, fill ?? null]),
      staged,
    };
  }
}

type OutputRow = ExportedFile & { readonly madeFrom: string; readonly state: string };

/** Undefined for an exporter of a plugin, which may change without another version. */
function keyOf({ format, owner, options, table }: PlannedExport, content: object): string | undefined {
  if (!isBuiltin(owner.plugin)) return undefined;
  return createHash("sha256")
    .update(JSON.stringify({ format: format.use, options, table, content }))
    .digest("hex");
}
