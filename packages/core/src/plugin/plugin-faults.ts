import { nearest } from "../errors.js";
import { pluginApiVersion } from "./define-plugin.js";

type Fields = Readonly<Record<string, unknown>>;
type Check = (part: Fields) => (string | undefined | false)[];

/** The lists that a plugin may have, with the function that creates a part and what else its definition must have. */
const lists: Readonly<Record<string, { readonly factory: string; readonly check: Check }>> = {
  stages: { factory: "create", check: stageFaults },
  exporters: { factory: "create", check: exporterFaults },
  sources: { factory: "open", check: sourceFaults },
  memoryBackends: { factory: "create", check: () => [] },
  resamplings: { factory: "create", check: () => [] },
};

const keys = ["name", "version", "apiVersion", ...Object.keys(lists)];

/** The reasons, in words, why a module's default export is not a plugin; empty if it is one. */
export function pluginFaults(value: unknown): string[] {
  if (value === undefined) return ["it has no default export"];
  if (!isRecord(value)) return [`its default export is ${described(value)}`];
  const { name, apiVersion = pluginApiVersion } = value;
  if (apiVersion !== pluginApiVersion) {
    return [
      `it was written for plugin API ${String(apiVersion)}, but this version of Quadrat has plugin API ${pluginApiVersion}`,
    ];
  }
  if (typeof name !== "string" || name.trim() === "") return ["its default export has no name"];
  const own =
    name.startsWith("@quadrat/") &&
    "its name begins with @quadrat/, which is reserved for Quadrat's own packages";
  const unknown = Object.keys(value).filter((key) => !keys.includes(key));
  return [
    own,
    value["version"] !== undefined && typeof value["version"] !== "string" && "its version is not a text",
    ...unknown.map((key) => unknownKey(key)),
    ...Object.keys(lists).flatMap((list) => listFaults(list, value[list])),
  ].filter((fault) => typeof fault === "string");
}

function unknownKey(key: string): string {
  const near = nearest(key, keys);
  return `${key} is not a key of a plugin; ${near ? `did you mean ${near}? ` : ""}allowed: ${keys.join(", ")}`;
}

function listFaults(list: string, parts: unknown): string[] {
  if (parts === undefined) return [];
  if (!Array.isArray(parts)) return [`its ${list} are not a list`];
  const { factory, check } = lists[list]!;
  return (parts as unknown[]).flatMap((part, index) => {
    const where = `${list}[${index}]`;
    if (!isRecord(part) || typeof part["name"] !== "string" || part["name"].trim() === "")
      return [`${where} has no name`];
    const { options } = part;
    if (typeof part[factory] !== "function") return [`${where}, ${part["name"]}, has no function ${factory}`];
    const faults = [
      options !== undefined &&
        !(isRecord(options) && typeof options["parse"] === "function") &&
        "has options without a function parse",
      ...check(part),
    ];
    return faults
      .filter((fault) => typeof fault === "string")
      .map((fault) => `${where}, ${String(part["name"])}, ${fault}`);
  });
}

function stageFaults({ at }: Fields): ReturnType<Check> {
  if (!isRecord(at))
    return ['does not say where it goes: give it `at: { position: "after", stage: "load" }`'];
  return [
    !["before", "after", "instead"].includes(String(at["position"])) &&
      `has the position ${JSON.stringify(at["position"])}; allowed: before, after, instead`,
    typeof at["stage"] !== "string" && "does not name the stage that it refers to",
  ];
}

function exporterFaults({ extension, needs = "stream" }: Fields): ReturnType<Check> {
  const fault = typeof extension === "function" ? undefined : extensionFault(extension);
  return [
    fault,
    !["stream", "table", "either", "sql"].includes(String(needs)) &&
      `needs ${JSON.stringify(needs)}; allowed: stream, table, either, sql`,
  ];
}

/** The reason why this can't be the ending of a file's name, or undefined. */
export function extensionFault(extension: unknown): string | undefined {
  if (typeof extension !== "string")
    return `has ${described(extension)} as its extension; allowed: a text such as ".csv"`;
  if (/^\.[^/\\:*?"<>|\s]*[^/\\:*?"<>|\s.]$/.test(extension)) return undefined;
  return `has the extension ${JSON.stringify(extension)}; allowed: a dot and the ending, such as ".csv"`;
}

function sourceFaults({ kind, extensions }: Fields): ReturnType<Check> {
  const list = Array.isArray(extensions) ? (extensions as unknown[]) : undefined;
  return [
    kind !== "raster" && kind !== "cells" && `is of kind ${JSON.stringify(kind)}; allowed: raster, cells`,
    list === undefined && "has no list of extensions",
    ...(list ?? []).map((extension) => {
      if (typeof extension === "string" && extension !== extension.toLowerCase())
        return `has the extension ${JSON.stringify(extension)}; it must be in lower case`;
      return extensionFault(extension);
    }),
  ];
}

function described(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function isRecord(value: unknown): value is Fields {
  return (typeof value === "object" && value !== null && !Array.isArray(value)) || false;
}
