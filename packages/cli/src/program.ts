import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import type { SettingOptions } from "./host.js";
import { loadCommand, type CommandModule } from "./load-command.js";
import type { Output } from "./output.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];

const shardExamples = [
  "quadrat shard plan runs/europe --shards 4",
  "for i in 0 1 2 3; do quadrat shard run runs/europe --index $i; done",
  "quadrat shard collect runs/europe",
];

/** The command line: names, options and help. The commands themselves are in `commands/`. */
export function createProgram(output: Output): Command {
  const program = new Command("quadrat")
    .description("Puts rasters and tables on one grid and merges them into one analysis-ready table.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .option("-c, --config <file>", "the configuration", "config.yml")
    .option("-e, --experiment <name>", "the experiment of the configuration to apply")
    .option("--json", "print results as JSON, warnings and errors as JSON lines on stderr")
    .option("-q, --quiet", "no progress: warnings and errors only")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => undefined })
    .exitOverride();

  const add = <Options>(
    name: string,
    description: string,
    examples: readonly string[],
    load: () => Promise<CommandModule<Options>>,
    parent = program,
  ): Command =>
    parent
      .command(name)
      .description(description)
      .addHelpText("after", `\nExamples:\n${examples.map((line) => `  $ ${line}`).join("\n")}`)
      .action(async (...parameters: unknown[]) => {
        const command = parameters.at(-1) as Command;
        const given = command.optsWithGlobals<SettingOptions>();
        const [folder] = command.args;
        const planned = parent !== program && name !== "plan";
        // A plan has the configuration in it.
        const from = planned ? { ...given, config: join(folder!, "plan.json") } : given;
        const { run } = await loadCommand(parent === program ? name : parent.name(), from, load);
        await run({ ...given, folder, args: command.args, action: name } as Options, output);
      });

  withSet(
    add(
      "run",
      "Run the pipeline: load, resample, merge and export.",
      [
        "quadrat run",
        "quadrat run --experiment quickstart --set grid.resolution=0.25",
        "quadrat run --config study/config.yml --json > report.json",
      ],
      () => import("./commands/run.js"),
    ),
  )
    .option("--fresh", "ignore the work of earlier runs")
    .option("--store <file>", "the DuckDB file (default: quadrat.duckdb in the output folder)")
    .option("--wait", "wait while another process uses the store");

  withSet(
    add(
      "validate",
      "Check the configuration and open every input; write nothing.",
      ["quadrat validate", "quadrat validate --experiment quickstart --json"],
      () => import("./commands/validate.js"),
    ),
  );

  withSet(
    add(
      "plan",
      "Estimate what a run would need, and say what it would do and why; write nothing.",
      ["quadrat plan", "quadrat plan --set grid.resolution=0.01 --json"],
      () => import("./commands/plan.js"),
    ),
  ).option("--store <file>", "the DuckDB file of the run (default: quadrat.duckdb in the output folder)");

  add(
    "memory",
    "Show how the last run used memory: stages, operations, decisions, suspected leaks.",
    [
      "quadrat memory",
      "quadrat memory --watch",
      "quadrat memory --store output/default/quadrat.duckdb --json",
    ],
    () => import("./commands/memory.js"),
  )
    .option("--watch", "follow a run in progress")
    .option("--store <file>", "the DuckDB file (default: quadrat.duckdb in the output folder)");

  withStore(
    add(
      "sql",
      "Query the store in read-only SQL. Without a query: a prompt, or statements from standard input.",
      [
        'quadrat sql "SELECT * FROM merged LIMIT 10"',
        'quadrat sql "SELECT avg(value) FROM elevation WHERE x < $1" --param 10',
        'quadrat sql "FROM merged WHERE elevation > $above" --param above=1000 --output high.parquet',
        "quadrat sql --file questions.sql --format csv",
      ],
      () => import("./commands/sql.js"),
    ).argument("[query]", "a SELECT, or - for standard input"),
  )
    .option("-f, --format <name>", "table, csv, json, parquet or arrow (default: table, or by --output)")
    .option("-o, --output <file>", "write the result to a file, which appears only when complete")
    .option("--file <file>", "read the statements from a file")
    .option("-p, --param <value>", "a value for $1, $2, ..., or name=value for $name; repeatable", collect)
    .option("--rows <count>", "number of rows shown in a table (default: 40)");

  withStore(
    add(
      "tables",
      "List what is in the store: rows, columns, share of NULLs, minimum and maximum, size.",
      ["quadrat tables", "quadrat tables --experiment quickstart --json"],
      () => import("./commands/tables.js"),
    ),
  );

  withStore(
    add(
      "summary",
      "Summarise the columns of the table: mean, spread, quartiles, correlations, variance inflation.",
      ["quadrat summary", "quadrat summary --table points --json"],
      () => import("./commands/summary.js"),
    ),
  ).option("-t, --table <name>", "merged, or points", "merged");

  withStore(
    add(
      "report",
      "Write a page about the last run and its table: maps, distributions, correlations, memory.",
      ["quadrat report --open", "quadrat report --experiment quickstart --output quickstart.html"],
      () => import("./commands/report.js"),
    ),
  )
    .option("-o, --output <file>", "the page (default: report.html beside the store)")
    .option("--open", "open the page in the browser");

  add(
    "watch",
    "Show a run in progress on a page that only this machine can open, until the run has ended.",
    ["quadrat watch --open", "quadrat watch --store output/default/quadrat.duckdb --port 8080"],
    () => import("./commands/watch.js"),
  )
    .option("--open", "open the page in the browser")
    .option("--port <number>", "the port of 127.0.0.1 (default: one that is free)")
    .option("--store <file>", "the DuckDB file (default: quadrat.duckdb in the output folder)");

  const shard = program
    .command("shard")
    .description("Divide a run among machines: plan, run, status, collect.")
    .addHelpText("after", `\nExamples:\n${shardExamples.map((line) => `  $ ${line}`).join("\n")}`);
  const addShard = (name: string, description: string, examples: readonly string[]): Command =>
    add(name, description, examples, () => import("./commands/shard.js"), shard).argument(
      "<folder>",
      name === "plan" ? "a folder that is new or empty, seen by all machines" : "the folder of the plan",
    );

  withSet(
    addShard("plan", "Freeze a run into a folder: configuration, content of the inputs, ranges of cells.", [
      "quadrat shard plan runs/europe --shards 24",
      "quadrat shard plan runs/europe --shards 24 --slurm && runs/europe/submit.sh",
    ]),
  )
    .requiredOption("-n, --shards <count>", "the number of parts")
    .option("--slurm", "write scripts for Slurm into the folder");

  addShard("prepare", "Stage the tables of a plan once, so that no shard has to.", [
    "quadrat shard prepare runs/europe",
  ]);

  addShard("run", "Do one shard; does nothing if its result is there and whole.", [
    "quadrat shard run runs/europe --index 7",
    "seq 0 23 | parallel quadrat shard run runs/europe --index {}",
  ]).option(
    "-i, --index <number>",
    "the shard, from 0 on (default: the number that the batch system gives to the task)",
  );

  addShard("status", "List which shards are done, missing or damaged.", [
    "quadrat shard status runs/europe",
    "quadrat shard status runs/europe --quick --json",
  ]).option("--quick", "look at the beginnings and ends of the results, without reading all of them");

  addShard(
    "collect",
    "Make the outputs from the results of the shards, the same as of a run on one machine.",
    ["quadrat shard collect runs/europe", "quadrat shard collect runs/europe --partitioned"],
  )
    .option("--partitioned", "write a Parquet file per shard instead of the configured formats")
    .option("-i, --index <number>", "with --partitioned: write the file of this shard alone")
    .option("--fresh", "ignore what an earlier collection has put into the store")
    .option("--wait", "wait while another process uses the store");

  add(
    "plugins",
    "List stages, sources, resampling methods, exporters and memory backends, and their packages.",
    ["quadrat plugins", "quadrat plugins --config study/config.yml --json"],
    () => import("./commands/plugins.js"),
  );

  add(
    "init",
    "Write a commented config.yml from the rasters and tables in a folder.",
    ["quadrat init", "quadrat init data/study"],
    () => import("./commands/init.js"),
  ).argument("[folder]", "the folder with the files, where the configuration is written", ".");

  add(
    "create",
    "Create a package to start a plugin from, with a test that runs the conformance suite.",
    ["quadrat create plugin quadrat-plugin-tsv", "quadrat create plugin @team/gridded --kind source"],
    () => import("./commands/create.js"),
  )
    .argument("<what>", "plugin")
    .argument("<name>", "the name of the package, and of its folder")
    .option("--kind <kind>", "exporter, source, stage, backend or resampling", "exporter");

  return program.addHelpText(
    "after",
    `
Examples:
  $ quadrat init                          write a configuration from the files here
  $ quadrat validate                      check it and open every input
  $ quadrat run                           make the table
  $ quadrat run --experiment quickstart   with the changes of one experiment
  $ quadrat watch --open                  look at a run in progress
  $ quadrat report --open                 look at the result
  $ quadrat sql "SELECT * FROM merged"    query the result
  $ quadrat help run                      all options of a command

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 stopped at the memory limit, 130 interrupted.
QUADRAT_DEBUG=1 prints the stack of an error. NO_COLOR=1 turns colours off.`,
  );
}

function withStore(command: Command): Command {
  return command
    .option("--store <file>", "the DuckDB file (default: quadrat.duckdb in the output folder)")
    .option("--wait", "wait while a run uses the store");
}

function withSet(command: Command): Command {
  return command.option(
    "-s, --set <key=value>",
    "set a key of the configuration, such as merge.join=inner; repeatable",
    collect,
  );
}
