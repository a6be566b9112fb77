// A process that runs many commands, as `bin/quadrat.js` runs each in a process of its own: the same code from the same files, with
// what it writes sent to whoever asked.
import { entryModule } from "../../../dist/bundle.js";
import { createProgress } from "../../../dist/progress/progress.js";
import { createStyle } from "../../../dist/style.js";

const { main } = await import(entryModule().href);
const home = process.cwd();

/** Those at work, and the last that needs the whole process: its folder and variables are those of a command. */
const atWork = new Set();
let alone = Promise.resolve();

process.on("message", (request) => {
  const needsAll = request.cwd !== undefined || request.env !== undefined;
  const before = needsAll ? Promise.all([alone, ...atWork]) : alone;
  const work = before.then(async () => process.send(await answer(request)));
  if (needsAll) alone = work;
  atWork.add(work);
  void work.then(() => atWork.delete(work));
});
process.on("disconnect", () => process.exit());

async function answer({ id, args, cwd, env = {} }) {
  let [stdout, stderr] = ["", ""];
  const decoder = new TextDecoder();
  const errors = { write: (text) => void (stderr += text) };
  const style = createStyle(errors);
  const json = args.includes("--json");
  const quiet = args.includes("--quiet") || args.includes("-q");
  const progress = createProgress(errors, { json, quiet, style });
  const before = { ...process.env };
  Object.assign(process.env, env);
  if (cwd !== undefined) process.chdir(cwd);
  const code = await main(args, {
    json,
    style,
    progress,
    result: (text) => void (stdout += text),
    write: (piece) => {
      stdout += typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
      return Promise.resolve();
    },
    tell: (line) => errors.write(`${line}\n`),
    close: () => progress.close(),
  });
  if (cwd !== undefined) process.chdir(home);
  for (const name of Object.keys(env)) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  return { id, code, stdout, stderr };
}
