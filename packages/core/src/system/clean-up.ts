/**
 * Does work and cleans up after it. A failure of the work is thrown whatever happens to the clean-up; a failure of the
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

/** Does something that may fail without harm, such as closing a file that is broken anyway. */
export async function quietly(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch {
    // Either another failure matters more, or this one does not matter.
  }
}

/** Takes every step, whatever happens to the others; the first failure is thrown at the end. */
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
