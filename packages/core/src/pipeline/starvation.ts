import { QuadratError } from "../errors.js";

/**
 * Waits for work of others, which may wait for what can't come any more: the event loop is empty then, and the process
 * would just end.
 * @throws QuadratError of kind "plugin" instead
 */
export async function unlessStarved<T>(work: Promise<T>): Promise<T> {
  let starve = (): void => undefined;
  const starved = new Promise<never>((_, reject) => {
    starve = () =>
      reject(
        new QuadratError("plugin", "it has not finished, and nothing is left that it could be waiting for", {
          hint: "a promise in it is never resolved",
        }),
      );
  });
  process.once("beforeExit", starve);
  try {
    return await Promise.race([work, starved]);
  } finally {
    process.off("beforeExit", starve);
  }
}
