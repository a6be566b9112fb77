/**
 * The results of two operations that run side by side. Both have finished when it settles, even if one fails, whose
 * failure is thrown.
 */
export async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}
