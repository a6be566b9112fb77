import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { once } from "../once.js";
import { isRunning } from "./processes.js";

/**
 * Who a file or folder on a disk that machines share belongs to, as a part of its name: host, machine, process, a random number.
 * Machines are told apart by a hash of the host's name, of its last start, and of the space in which numbers of processes
 * are unique: two containers may have the same name.
 */
export function newOwner(): string {
  return [hostPart(), machine(), process.pid, randomBytes(3).toString("hex")].join("-");
}

const pattern = /^(.*)-([0-9a-f]{8})-(\d+)-[0-9a-f]{6}$/;

/**
 * Whether the owner is known to exist no longer: only for a process of this machine. Those of other machines, and this machine's
 * before its last start, can't be known.
 */
export function isGone(owner: string): boolean {
  const [, , where, pid] = pattern.exec(owner) ?? [];
  return where === machine() && !isRunning(Number(pid));
}

/** The host of an owner, and whether it is this machine. */
export function hostOf(owner: string): { readonly host: string; readonly here: boolean } | undefined {
  const [, host, where] = pattern.exec(owner) ?? [];
  return host === undefined ? undefined : { host, here: where === machine() };
}

const hostPart = once(
  () =>
    hostname()
      .replaceAll(/[^A-Za-z0-9._-]/g, "_")
      .slice(0, 64) || "host",
);

const machine = once(() => {
  const facts = [hostname(), read("/proc/sys/kernel/random/boot_id"), link("/proc/self/ns/pid")];
  return createHash("sha256").update(facts.join("\n")).digest("hex").slice(0, 8);
});

function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
