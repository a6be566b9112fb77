import { fileURLToPath } from "node:url";

/** Absolute path of a committed fixture. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/geotiff/${name}`, import.meta.url));
}

/** Absolute path of the data that other programs' results were made from; not part of the repository. */
export function sharedData(name: string): string {
  return fileURLToPath(new URL(`../../../../../shared/data/${name}`, import.meta.url));
}
