import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { hashes, must, study, writeConfig, writeInputs } from "./support.js";

const command = fileURLToPath(new URL("../../bin/quadrat.js", import.meta.url));
const parallel = (() => {
  try {
    return execFileSync("parallel", ["--version"]).toString().startsWith("GNU parallel");
  } catch {
    return false;
  }
})();

let inputs: string;
beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "quadrat-shards-"));
  await writeInputs(inputs);
  await must("run", "--config", await writeConfig(inputs, "single.yml", study("single")));
});
afterAll(() => rm(inputs, { recursive: true, force: true }));

it("lets one folder be worked on by pods, array jobs, GNU parallel and a shell", async () => {
  const config = await writeConfig(inputs, "ways.yml", study("ways"));
  const folder = join(inputs, "plan");
  await must("shard", "plan", folder, "--shards", "7", "--config", config);
  const run = (env: NodeJS.ProcessEnv) =>
    execFileSync(command, ["shard", "run", folder], { env: { ...process.env, ...env }, stdio: "pipe" });
  run({ JOB_COMPLETION_INDEX: "0" });
  run({ AWS_BATCH_JOB_ARRAY_INDEX: "1" });
  run({ SGE_TASK_ID: "3" });
  const one = `'${command}' shard run '${folder}' --index`;
  const script = parallel
    ? `seq 3 4 | parallel --jobs 2 "${one} {}"`
    : `seq 3 4 | xargs -n 1 -P 2 '${command}' shard run '${folder}' --index`;
  execFileSync("/bin/sh", ["-c", script], { stdio: "pipe" });
  execFileSync("/bin/sh", ["-c", `for i in 5 6; do ${one} "$i"; done`], { stdio: "pipe" });
  expect((await readdir(join(folder, "shards"))).length).toBe(7);
  await must("shard", "collect", folder);
  expect(await hashes(join(inputs, "ways"))).toEqual(await hashes(join(inputs, "single")));
});
