import { main } from "../../src/main.js";
import { createOutput } from "../../src/output.js";

export interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command within the test's own process, from the sources. */
export async function command(...args: readonly string[]): Promise<Told> {
  let [stdout, stderr] = ["", ""];
  const line = (level: string, message: string): void => void (stderr += `${level}: ${message}\n`);
  const code = await main(args, {
    ...createOutput(["--quiet"]),
    json: args.includes("--json"),
    progress: { start() {}, advance() {}, end() {}, log: line, close() {} },
    result: (text) => void (stdout += text),
    write: (piece) => {
      stdout += typeof piece === "string" ? piece : Buffer.from(piece).toString();
      return Promise.resolve();
    },
    tell: (text) => void (stderr += `${text}\n`),
    close() {},
  });
  return { code, stdout, stderr };
}
