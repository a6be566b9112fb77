/** What `make` gives, made when it is first asked for and kept: also that there is nothing to be had. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** {@link once}, for each key. */
export function oncePerKey<Key, T, Rest extends readonly unknown[]>(
  make: (key: Key, ...rest: Rest) => T,
): (key: Key, ...rest: Rest) => T {
  const made = new Map<Key, T>();
  return (key, ...rest) => {
    if (!made.has(key)) made.set(key, make(key, ...rest));
    return made.get(key)!;
  };
}
