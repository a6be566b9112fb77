// Runs the commands that its parent sends, one after another, in its own process, and answers with how each ended.
import { existsSync, readdirSync } from "node:fs";
import { main } from "../../packages/cli/dist/main.js";
import { createOutput } from "../../packages/cli/dist/output.js";

const crash = (what) => (error) => {
  process.send({ crash: `${what}: ${error?.stack ?? String(error)}` }, () => process.exit(70));
};
process.on("uncaughtException", crash("uncaught exception"));
process.on("unhandledRejection", crash("unhandled rejection"));
process.on("disconnect", () => process.exit());

process.on("message", ({ folder, args }) => {
  process.chdir(folder);
  let stderr = "";
  const output = {
    ...createOutput(["--quiet"]),
    json: true,
    result() {},
    write: () => Promise.resolve(),
    tell: (line) => void (stderr += `${line}\n`),
    progress: { log() {}, start() {}, advance() {}, end() {}, close() {} },
  };
  void main(args, output).then((code) => {
    const left = existsSync("out") ? readdirSync("out") : [];
    // What a rejection does that nobody waits for, it does now.
    setImmediate(() => process.send({ code, stderr, left }));
  });
});

process.send("ready");
