import { createHash } from "node:crypto";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { StagedFacts } from "../catalogue/dataset-entry.js";
import { QuadratError } from "../errors.js";
import { syncDirectory } from "../pipeline/output-file.js";
import type { DataType } from "../raster/raster.js";
import { cleanedUp, quietly } from "../system/clean-up.js";
import { newOwner } from "../system/owner.js";
import { fromJson, toJson } from "./json.js";
import type { RangeFacts } from "./range-file.js";
import { readAll } from "./range-file.js";
import type { PartTotal } from "./stage-contract.js";

/*
 * The result of a shard: a magic text, parts, a directory of them as JSON, and an end with the length of the directory and the
 * SHA-256 of everything before.
 */

const magic = Buffer.from("QUADRAT SHARD 1\n", "latin1");
const endMark = "\nQUADRAT END\n";
const lengthDigits = 12;
const endBytes = lengthDigits + 64 + endMark.length;
const copiedBytes = 2 ** 20;

/** Where a part is. */
export interface PartPlace {
  readonly at: number;
  readonly end: number;
}

/** The values of a raster in the cells of the shard. */
export interface DensePart extends RangeFacts {
  readonly name: string;
  /** The key under which the catalogue has these values. */
  readonly key: string;
  readonly type: DataType;
  readonly sourceTotal?: PartTotal;
  readonly cells: PartPlace;
  /** Pairs of a first cell and the one after the last, as doubles, of the cells that lie outside of the raster. */
  readonly outside: PartPlace;
}

/** A dataset that was staged as a whole; its tables are in a part of the file that is a DuckDB database. */
export interface WholePart {
  readonly name: string;
  readonly key: string;
  readonly facts: StagedFacts;
}

/** A query that looks at its own cells alone; what it gives is in a part of the file that is a DuckDB database. */
export interface QueryPart {
  readonly name: string;
  readonly facts: Pick<StagedFacts, "values" | "min" | "max" | "records">;
}

/** What a shard's file contains. */
export interface ShardDirectory {
  /** The checksum of the plan. */
  readonly plan: string;
  /** The shard's number; undefined for the tables that `prepare` has staged. */
  readonly index?: number;
  readonly first: number;
  readonly end: number;
  readonly dense: readonly DensePart[];
  readonly whole: readonly WholePart[];
  /** The DuckDB database with the tables of `whole`. */
  readonly database?: PartPlace;
  readonly queries?: readonly QueryPart[];
  /** The DuckDB database with the cells of `queries`, counted from the shard's first. */
  readonly queryDatabase?: PartPlace;
}

/** A file whose content becomes a part, or the content itself. */
export type PartSource = { readonly file: string } | { readonly bytes: Uint8Array };

/**
 * Writes a shard's file under a name of its own in the same folder, syncs it, and gives it its final name: of two processes that
 * do so at the same time the last one wins, and either file is whole.
 * @param parts in the order of the places that `directory` is given
 */
export async function writeShardFile(
  path: string,
  parts: readonly PartSource[],
  directory: (places: readonly PartPlace[]) => ShardDirectory,
  signal: AbortSignal,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${newOwner()}.partial`);
  const write = async (): Promise<void> => {
    const file = await open(temporary, "wx");
    const hash = createHash("sha256");
    let at = 0;
    const put = async (bytes: Uint8Array): Promise<void> => {
      hash.update(bytes);
      for (let from = 0; from < bytes.byteLength;) from += (await file.write(bytes, from)).bytesWritten;
      at += bytes.byteLength;
    };
    await cleanedUp(
      async () => {
        await put(magic);
        const places: PartPlace[] = [];
        for (const part of parts) {
          const begin = at;
          if ("bytes" in part) await put(part.bytes);
          else
            for await (const piece of piecesOf(part.file)) {
              signal.throwIfAborted();
              await put(piece);
            }
          places.push({ at: begin, end: at });
        }
        const text = Buffer.from(toJson(directory(places)), "utf8");
        await put(text);
        await put(Buffer.from(String(text.byteLength).padStart(lengthDigits, "0"), "latin1"));
        const digest = hash.digest("hex");
        await file.write(Buffer.from(digest + endMark, "latin1"));
        await file.sync();
      },
      () => file.close(),
    );
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  };
  await cleanedUp(write, async (failed) => {
    if (failed) await quietly(() => rm(temporary, { force: true }));
  });
}

async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    const piece = Buffer.allocUnsafeSlow(copiedBytes);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, copiedBytes, null);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Why a shard's file can't be used. */
export class ShardFault extends Error {}

/** A shard's file, as it was when it was looked at. */
export interface SeenShard {
  readonly directory: ShardDirectory;
  /** Of its content, as it states. */
  readonly sha256: string;
  /** As long as it is the same, the file is. */
  readonly state: string;
}

/** Inode, size, and the times of modification and change. */
export async function stateOf(file: FileHandle): Promise<string> {
  const { ino, size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
  return [ino, size, mtimeNs, ctimeNs].join(":");
}

/**
 * Reads the directory of a shard's file.
 * @param thorough whether the whole file is read to check its SHA-256
 * @throws ShardFault if it is damaged; the system's error if it can't be read
 */
export async function readShardDirectory(
  path: string,
  thorough: boolean,
  signal?: AbortSignal,
): Promise<ShardDirectory> {
  return (await readShard(path, thorough, signal)).directory;
}

/** The same, with what is needed to notice that the file was changed later. */
export async function readShard(path: string, thorough: boolean, signal?: AbortSignal): Promise<SeenShard> {
  const file = await open(path);
  try {
    return await readOpenShard(file, thorough, signal);
  } finally {
    await file.close();
  }
}

/** The same of a file that is open. */
export async function readOpenShard(
  file: FileHandle,
  thorough: boolean,
  signal?: AbortSignal,
): Promise<SeenShard> {
  try {
    const state = await stateOf(file);
    const { size } = await file.stat();
    if (size < magic.length + endBytes) throw new ShardFault("is cut short");
    const end = Buffer.alloc(endBytes);
    await readAll(file, end, size - endBytes);
    const text = end.toString("latin1");
    const [, digits, digest, mark] = /^(\d{12})([0-9a-f]{64})([^]*)$/.exec(text) ?? [];
    if (digits === undefined || digest === undefined || mark !== endMark)
      throw new ShardFault("is cut short");
    if (thorough && (await hashOf(file, size - endBytes + lengthDigits, signal)) !== digest)
      throw new ShardFault("has been changed: its SHA-256 is not the one that it states");
    const head = Buffer.alloc(magic.length);
    await readAll(file, head, 0);
    const length = Number(digits);
    const at = size - endBytes - length;
    if (!head.equals(magic) || at < magic.length) throw new ShardFault("is not the file of a shard");
    const json = Buffer.alloc(length);
    await readAll(file, json, at);
    return { directory: parse(json.toString("utf8")), sha256: digest, state };
  } catch (error) {
    // It became shorter while it was read.
    if (error instanceof QuadratError && error.kind === "input") throw new ShardFault("is cut short");
    throw error;
  }
}

function parse(text: string): ShardDirectory {
  try {
    return fromJson(text) as ShardDirectory;
  } catch {
    throw new ShardFault("has been changed: its directory can't be read");
  }
}

async function hashOf(file: FileHandle, length: number, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const piece = Buffer.allocUnsafeSlow(copiedBytes);
  for (let at = 0; at < length;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(piece, 0, Math.min(copiedBytes, length - at), at);
    if (bytesRead === 0) throw new ShardFault("is cut short");
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash.digest("hex");
}
