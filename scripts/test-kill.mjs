// Kills runs at moments over all their stages, starts them again until they are done, and prints a table: when, at what, how much
// was done again, and whether the outputs have the bytes of a run that nobody killed. Exit code 1 if any has not.
//   npm run test:kill -- [--times 200] [--seed 1]
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const repository = fileURLToPath(new URL("..", import.meta.url));
const { values } = parsed({
  options: { times: { type: "string", default: "200" }, seed: { type: "string", default: "1" } },
});
for (const [name, value] of Object.entries(values)) {
  if (/^[1-9]\d{0,5}$/.test(value)) continue;
  console.error(`--${name} ${value}: give a whole number from 1`);
  process.exit(2);
}
const vitest = join(repository, "node_modules/vitest/vitest.mjs");
const args = ["run", "test/kill/kill.test.ts", "--disable-console-intercept"];
const { status } = spawnSync(process.execPath, [vitest, ...args], {
  cwd: join(repository, "packages/cli"),
  env: { ...process.env, QUADRAT_KILLS: values.times, QUADRAT_KILL_SEED: values.seed },
  stdio: "inherit",
});
process.exitCode = status === 0 ? 0 : 1;

function parsed(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`error: ${error.message}\n  usage: npm run test:kill -- [--times 200] [--seed 1]`);
    process.exit(2);
  }
}
