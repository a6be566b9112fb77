import { version } from "@quadrat/core";
import { exporterTemplate } from "./exporter.js";
import { backendTemplate, resamplingTemplate, stageTemplate } from "./others.js";
import type { PartTemplate, TemplateNames } from "./part.js";
import { sourceTemplate } from "./source.js";

export const pluginKinds = ["exporter", "source", "stage", "backend", "resampling"] as const;
export type PluginKind = (typeof pluginKinds)[number];

const templates: Readonly<Record<PluginKind, PartTemplate>> = {
  exporter: exporterTemplate,
  source: sourceTemplate,
  stage: stageTemplate,
  backend: backendTemplate,
  resampling: resamplingTemplate,
};

/** The files of a new package, by their paths in it. */
export function pluginFiles(name: string, kind: PluginKind): Readonly<Record<string, string>> {
  const template = templates[kind];
  const names: TemplateNames = { name, part: partName(name) };
  return {
    "package.json": `${JSON.stringify(manifest(name), null, 2)}\n`,
    "index.js": template.module(names),
    "test/plugin.test.js": `import assert from "node:assert/strict";
import { ${kind === "source" ? "after, describe, it" : "describe, it"} } from "node:test";
import plugin from "../index.js";
${template.test(names)}`,
    "README.md": readme(names, template),
  };
}

function manifest(name: string): object {
  const core = `^${version}`;
  return {
    name,
    version: "0.1.0",
    description: "A plugin for Quadrat.",
    type: "module",
    exports: "./index.js",
    files: ["index.js"],
    keywords: ["quadrat-plugin"],
    scripts: { test: "node --test" },
    peerDependencies: { "@quadrat/core": core },
    devDependencies: { "@quadrat/core": core },
  };
}

function readme(names: TemplateNames, { usage }: PartTemplate): string {
  return `# ${names.name}

A plugin for Quadrat. \`npm install && npm test\` runs the conformance suite.

\`\`\`yaml
plugins: [${names.name.startsWith("@") ? JSON.stringify(names.name) : names.name}] # if it is installed; otherwise the path of this folder, such as ./${folderName(names.name)}
${usage(names)}
\`\`\`
`;
}

/** The last part of a package's name. */
export function folderName(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

/** The package's name without the prefix that marks it as a plugin. */
function partName(name: string): string {
  const short = folderName(name).replace(/^(quadrat-)?(plugin-)?/, "");
  return short === "" ? folderName(name) : short;
}
