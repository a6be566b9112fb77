/** What `make` gives, made when it is first asked for and kept: also that there is nothing to be had. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
