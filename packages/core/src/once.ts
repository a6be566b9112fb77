/** The result of `make`, computed when first requested and kept, even if it is undefined. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Like {@link once}, for each key. */
export function oncePerKey<Key, T, Rest extends readonly unknown[]>(
  make: (key: Key, ...rest: Rest) => T,
): (key: Key, ...rest: Rest) => T {
  const made = new Map<Key, T>();
  return (key, ...rest) => {
    if (!made.has(key)) made.set(key, make(key, ...rest));
    return made.get(key)!;
  };
}
