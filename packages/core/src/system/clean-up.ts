/**
 * Does work and cleans up after it. A failure of the work is thrown whatever becomes of the clean-up; a failure of the
 * clean-up alone is thrown too.
 */
export async function cleanedUp<T>(
  work: () => T | Promise<T>,
  cleanUp: (failed: boolean) => unknown,
): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await quietly(() => cleanUp(true));
    throw error;
  }
  await cleanUp(false);
  return result;
}

/** Does what may fail without harm, such as giving up a file that is broken anyway. */
export async function quietly(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch {
    // There is a failure already that matters more, or none that matters.
  }
}

/** Takes every step, whatever becomes of the others; the first failure is thrown in the end. */
export async function takeAll(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: { readonly error: unknown }[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push({ error });
    }
  }
  if (failures[0]) throw failures[0].error;
}
