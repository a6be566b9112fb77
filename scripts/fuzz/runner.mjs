import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { judge } from "./judge.mjs";

const usualWorker = fileURLToPath(new URL("worker.mjs", import.meta.url));

/** Cases of one process: what they leave in its memory is not to be taken for what the next one needs. */
const casesOfProcess = 200;

/** Runs cases in a process of their own, which is started anew when one has ended it. */
export class Runner {
  #child;
  #cases = 0;
  #folder = mkdtempSync(join(tmpdir(), "quadrat-fuzz-"));
  #worker;
  #seconds;
  #bytes;

  constructor({ worker = usualWorker, seconds = 30, bytes = 1e9 } = {}) {
    this.#worker = worker;
    this.#seconds = seconds;
    this.#bytes = bytes;
  }

  /** The exit code of a case, if it had one, and what is wrong with it, if anything. */
  async run({ args, files }) {
    if (this.#cases >= casesOfProcess) this.#end();
    this.#child ??= await this.#start();
    this.#cases++;
    const folder = join(this.#folder, "case");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const ended = await this.#answer({ folder, args });
    if (ended.code === undefined) this.#end();
    return { code: ended.code, found: judge(ended) };
  }

  /** Like {@link run}, in a new process: what is wrong only after other cases is told apart so. */
  runAlone(one) {
    this.#end();
    return this.run(one);
  }

  close() {
    this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #start() {
    this.#cases = 0;
    const child = fork(this.#worker, [], {
      env: {
        ...process.env,
        QUADRAT_CACHE_DIR: join(this.#folder, "cache"),
        TMPDIR: this.#folder,
        QUADRAT_DEBUG: "",
      },
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    return new Promise((resolve, reject) => {
      child.once("message", () => {
        child.removeAllListeners();
        resolve(child);
      });
      child.once("exit", (code) => reject(new Error(`the worker can't be started: exit code ${code}`)));
    });
  }

  #end() {
    this.#child?.removeAllListeners();
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }

  #answer(message) {
    const child = this.#child;
    return new Promise((resolve) => {
      const before = residentBytes(child.pid);
      const [start, cpuBefore] = [Date.now(), cpuSeconds(child.pid)];
      const finish = (ended) => {
        clearInterval(watch);
        child.removeAllListeners();
        resolve(ended);
      };
      const watch = setInterval(() => {
        const bytes = residentBytes(child.pid) - before;
        if (bytes > this.#bytes) return finish({ bytes });
        const seconds = (Date.now() - start) / 1000;
        if (seconds < this.#seconds) return;
        // On a busy machine a case that would end may wait for long: its own time counts, but not for ever.
        const isWaiting =
          cpuSeconds(child.pid) - cpuBefore < this.#seconds && seconds < patience * this.#seconds;
        if (!isWaiting) finish({ hung: this.#seconds });
      }, 20);
      child.on("message", finish);
      child.on("exit", (code, signal) => finish({ signal: signal ?? `exit code ${code}` }));
      child.send(message);
    });
  }
}

/** Times the seconds of CPU that a case may take: how long it may be without an end. */
const patience = 10;

/** CPU time of a process; NaN where /proc does not tell, which makes time itself count. */
function cpuSeconds(pid) {
  try {
    // User and system time, in hundredths of a second, are the 12th and 13th after the name in parentheses.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop().split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return NaN;
  }
}

/** Memory of a process; 0 where /proc does not tell. */
function residentBytes(pid) {
  try {
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
