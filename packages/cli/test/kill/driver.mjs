// The command as `bin/quadrat.js` runs it, which also tells every step of its progress on stdout as a line of JSON, at once: what
// a process has told by the time that it is killed it has done.
import { writeSync } from "node:fs";
import { entryModule } from "../../dist/bundle.js";
import { createOutput } from "../../dist/output.js";

const { main } = await import(entryModule().href);
const args = process.argv.slice(2);
const tell = (event) => writeSync(1, `${JSON.stringify(event)}\n`);

process.exitCode = await main(args, {
  ...createOutput([...args, "--quiet"]),
  result() {},
  progress: {
    log: (level, message) => tell({ log: message }),
    start: (task, total) => tell({ start: task, total }),
    advance: (task, amount) => tell({ advance: task, amount }),
    end: (task) => tell({ end: task }),
    close() {},
  },
});
