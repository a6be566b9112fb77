import { QuadratError } from "../errors.js";

/**
 * Waits for a plugin's work, which may itself wait for something that never comes: then the event loop is empty, and
 * the process would just end.
 * @throws QuadratError of kind "plugin" in that case
 */
export async function unlessStarved<T>(work: Promise<T>): Promise<T> {
  let starve = (): void => undefined;
  const starved = new Promise<never>((_, reject) => {
    starve = () =>
      reject(
        new QuadratError("plugin", "it has not finished, and nothing is left for it to wait for", {
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
