/** What two things give that go on beside each other; both are through also when one fails, whose failure is thrown. */
export async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}
