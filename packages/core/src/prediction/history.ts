import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { cacheDirectory } from "./cache-directory.js";
import { pastRun, type PastRun } from "./experience.js";

/** The number of runs remembered. */
const keptRuns = 200;

/** A larger file is not one of Quadrat's. */
const mostBytes = 4 * 2 ** 20;

const format = "quadrat runs";
const historyFile = z.object({ format: z.literal(format), runs: z.array(z.unknown()) });

/** The predictions and results of earlier runs, oldest first: a JSON file that may be read, and deleted at any time. */
export class RunHistory {
  readonly path: string;

  constructor(path: string = join(cacheDirectory(), "runs.json")) {
    this.path = path;
  }

  /** The runs; none, and a warning, if the file is damaged or belongs to another program. Never throws. */
  async read(warn: (message: string) => void = () => undefined): Promise<PastRun[]> {
    try {
      if ((await stat(this.path)).size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
      const { runs } = historyFile.parse(JSON.parse(await readFile(this.path, "utf8")));
      return runs.flatMap((run) => pastRun.safeParse(run).data ?? []).slice(-keptRuns);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      const reason =
        error instanceof z.ZodError ? "it is not a list of runs" : String((error as Error).message);
      warn(`${this.path} can't be used (${reason}): estimates start without experience`);
      return [];
    }
  }

  /**
   * Adds a run. The file is replaced as a whole: of two runs that end at the same time one may be forgotten, but the
   * file stays valid. Returns the reason if it could not be written. Never throws.
   */
  async add(run: PastRun): Promise<string | undefined> {
    const temporary = `${this.path}.${process.pid}-${randomUUID()}.partial`;
    try {
      const others = await this.read();
      // What was learned from other estimates would distort these.
      const alike = run.model === undefined ? others : others.filter(({ model }) => model === run.model);
      const runs = [...alike, run].slice(-keptRuns);
      await mkdir(dirname(this.path), { recursive: true });
      await writeFile(temporary, `${JSON.stringify({ format, runs }, null, 1)}\n`);
      await rename(temporary, this.path);
      return undefined;
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      return `the figures of this run can't be saved in ${this.path}: ${(error as Error).message}`;
    }
  }
}
