import type { FieldValue } from "./feature.js";

/** What is known of each polygon that has been put into cells, by its number. */
export class Polygons {
  readonly #groups: number[] = [];
  readonly #counts: number[] = [];
  readonly #names = new Map<string, number>();
  readonly #around = new Set<number>();
  readonly values: FieldValue[] = [];

  get length(): number {
    return this.#groups.length;
  }

  /** The number of the next polygon. @param name what it is grouped by; undefined for a group of all */
  add(name: string | undefined, value: FieldValue): number {
    const group = this.groupOf(name ?? "");
    this.#groups.push(group);
    this.#counts[group] = (this.#counts[group] ?? 0) + 1;
    this.values.push(value);
    return this.#groups.length - 1;
  }

  /** The number of a group, which may have no polygon. */
  groupOf(name: string): number {
    const found = this.#names.get(name);
    if (found !== undefined) return found;
    const group = this.#names.size;
    this.#names.set(name, group);
    this.#counts[group] ??= 0;
    return group;
  }

  group(polygon: number): number {
    return this.#groups[polygon]!;
  }

  /** Whether a group has several polygons, which may overlap. */
  isShared(group: number): boolean {
    return this.#counts[group]! > 1;
  }

  /** Notes that a polygon takes part with several images, which may overlap. */
  goesAround(polygon: number): void {
    this.#around.add(polygon);
  }

  /** For each polygon 1 if no cell can be taken twice by what belongs to its group, else 0. */
  alone(): Uint8Array {
    const { length } = this;
    const found = new Uint8Array(length);
    for (let polygon = 0; polygon < length; polygon++)
      if (!this.isShared(this.#groups[polygon]!) && !this.#around.has(polygon)) found[polygon] = 1;
    return found;
  }

  get groups(): number {
    return this.#names.size;
  }

  /** The names of the groups by code point, and for each group its place among them. */
  ranked(): { readonly names: string[]; readonly rank: Int32Array } {
    const names = [...this.#names.keys()].toSorted(byCodePoint);
    const rank = new Int32Array(names.length);
    for (const [place, name] of names.entries()) rank[this.#names.get(name)!] = place;
    return { names, rank };
  }
}

function byCodePoint(one: string, other: string): number {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return Buffer.compare(a, b);
}
