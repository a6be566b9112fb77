import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { cacheDirectory } from "./cache-directory.js";
import { pastRun, type PastRun } from "./experience.js";

/** Runs that are remembered. */
const keptRuns = 200;

/** A file beyond this is none of ours. */
const mostBytes = 4 * 2 ** 20;

const format = "quadrat runs";
const historyFile = z.object({ format: z.literal(format), runs: z.array(z.unknown()) });

/** What earlier runs were predicted and found to take, oldest first: a JSON file that may be read, and deleted at any time. */
export class RunHistory {
  readonly path: string;

  constructor(path: string = join(cacheDirectory(), "runs.json")) {
    this.path = path;
  }

  /** The runs; none, and a warning, where the file is damaged or another program's. Never throws. */
  async read(warn: (message: string) => void = () => undefined): Promise<PastRun[]> {
    try {
      if ((await stat(this.path)).size > mostBytes) throw new Error(`it is larger than ${mostBytes} bytes`);
      const { runs } = historyFile.parse(JSON.parse(await readFile(this.path, "utf8")));
      return runs.flatMap((run) => pastRun.safeParse(run).data ?? []).slice(-keptRuns);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      const reason = error instanceof z.ZodError ? "it is no list of runs" : String((error as Error).message);
      warn(`estimates begin anew: ${this.path} can't be used: ${reason}`);
      return [];
    }
  }

  /**
   * Adds a run. The file is replaced as a whole, so that of two runs that end at once one may be forgotten and the file
   * is sound. Returns why it could not be written, if it could not. Never throws.
   */
  async add(run: PastRun): Promise<string | undefined> {
    const temporary = `${this.path}.${process.pid}-${randomUUID()}.partial`;
    try {
      const others = await this.read();
      // What was learned of other estimates would spoil these.
      const alike = run.model === undefined ? others : others.filter(({ model }) => model === run.model);
      const runs = [...alike, run].slice(-keptRuns);
      await mkdir(dirname(this.path), { recursive: true });
      await writeFile(temporary, `${JSON.stringify({ format, runs }, null, 1)}\n`);
      await rename(temporary, this.path);
      return undefined;
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      return `what this run took can't be remembered in ${this.path}: ${(error as Error).message}`;
    }
  }
}
