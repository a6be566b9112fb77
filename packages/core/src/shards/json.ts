const numbers: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** JSON in which numbers that JSON lacks are `{"$number": "NaN"}` and the like. */
export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_, item: unknown) =>
      typeof item === "number" && !Number.isFinite(item) ? { $number: String(item) } : item,
    indent,
  );
}

/** Reads what {@link toJson} has written. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, item: unknown) => {
    if (typeof item !== "object" || item === null || !("$number" in item)) return item;
    return numbers[String(item.$number)] ?? item;
  });
}
