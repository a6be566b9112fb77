/** The result of `make`, computed when first requested and kept, even if it is undefined. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
