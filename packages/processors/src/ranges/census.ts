import type { QuadratError } from "@quadrat/core";
import { inputError } from "../tables/faults.js";
import type { Feature, Other } from "./feature.js";
import type { Faults } from "./shapes/examine.js";

/** Why a feature is not used, as worded in the report. */
const reasons = {
  null: "no geometry",
  empty: "empty geometry",
  point: "a point, not a polygon",
  line: "a line, not a polygon",
  where: "left out by `where`",
  nameless: "no species' name",
  outside: "outside the grid",
  masked: "outside the mask",
  lost: "takes no cell",
} as const;

type Reason = keyof typeof reasons;

/** Polygons named in a warning. */
const named = 5;

/** Counts what becomes of the features of a dataset. */
export class Census {
  readonly #file: string;
  readonly #counts = new Map<Reason, number>();
  readonly #lost: string[] = [];
  read = 0;
  used = 0;
  #polygons = 0;
  #beside = 0;
  #faulty = 0;
  readonly #faults = { crossing: 0, touching: 0, outside: 0, nested: 0, flat: 0 };
  #beyondPole = 0;

  constructor(file: string) {
    this.#file = file;
  }

  leftOut(reason: Reason, name?: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    if (reason === "lost" && name !== undefined && this.#lost.length < named) this.#lost.push(name);
  }

  /** A feature without a polygon, or one that has points or lines beside it. */
  shapes({ rings, others }: Feature): void {
    if (rings) {
      this.#polygons++;
      if (others.some(isOther)) this.#beside++;
      return;
    }
    const order: readonly Other[] = ["point", "line", "empty", "null"];
    this.leftOut(order.find((kind) => others.includes(kind)) ?? "empty");
  }

  faulty({ crossing, touching, outside, nested, flat }: Faults): void {
    this.#faulty++;
    this.#faults.crossing += crossing;
    this.#faults.touching += touching;
    this.#faults.outside += outside;
    this.#faults.nested += nested;
    this.#faults.flat += flat;
  }

  beyondPole(): void {
    this.#beyondPole++;
  }

  /** @throws QuadratError if the input has points or lines, and no polygon at all */
  assertPolygons(): void {
    if (this.#polygons > 0) return;
    const kind = (["point", "line"] as const).find((one) => this.#counts.has(one));
    if (kind !== undefined)
      throw inputError(this.#file, `it holds ${kind}s and no polygon, but \`kind: ranges\` needs polygons`, {
        hint:
          kind === "point"
            ? "points with coordinates in columns are `kind: occurrences`"
            : "make polygons of the lines first",
      });
  }

  /** Polygons with faults that did not end the run. */
  get repaired(): number {
    return this.#faulty;
  }

  get skipped(): Readonly<Record<string, number>> {
    const found = Object.keys(reasons).flatMap((reason): [string, number][] => {
      const count = this.#counts.get(reason as Reason);
      return count === undefined ? [] : [[reasons[reason as Reason], count]];
    });
    return Object.fromEntries(found);
  }

  /** @param rule in plain words, which cells a polygon takes */
  warnings(rule: string): string[] {
    const found: string[] = [];
    const count = (reason: Reason): number => this.#counts.get(reason) ?? 0;
    for (const reason of ["null", "empty", "point", "line"] as const)
      if (count(reason) > 0) found.push(`${features(count(reason))} left out: ${reasons[reason]}`);
    if (this.#beside > 0)
      found.push(`${features(this.#beside)} with points or lines beside polygons: these are left out`);
    if (count("nameless") > 0)
      found.push(`${features(count("nameless"))} without a species' name: not counted`);
    if (this.#faulty > 0) found.push(this.#repairs());
    if (this.#beyondPole > 0)
      found.push(
        `${polygons(this.#beyondPole)} with latitudes beyond 90 degrees: the part beyond the pole is left out`,
      );
    const lost = count("lost");
    if (lost > 0) {
      const names = this.#lost.join(", ") + (lost > this.#lost.length ? ", ..." : "");
      found.push(
        `${polygons(lost)} on the grid that ${lost === 1 ? "takes" : "take"} no cell, since ${rule}: ${names}`,
      );
    }
    const left = this.read - count("where");
    if (this.used === 0 && left > 0) found.push("no polygon takes a cell: the column is entirely NULL");
    return found;
  }

  #repairs(): string {
    const { crossing, touching, outside, nested, flat } = this.#faults;
    const parts = [
      ...(crossing > 0
        ? [
            `${rings(crossing)} that ${crossing === 1 ? "crosses itself or another" : "cross themselves or others"}`,
          ]
        : []),
      ...(touching > 0
        ? [`${rings(touching)} that ${touching === 1 ? "touches itself" : "touch themselves"}`]
        : []),
      ...(nested > 0 ? [`${rings(nested)} inside of another part of the same polygon`] : []),
    ];
    const repaired =
      parts.length > 0
        ? `invalid polygons were repaired (inside is what an odd number of edges surrounds): ${parts.join(", ")}`
        : "";
    const holes =
      outside > 0
        ? `invalid: ${outside === 1 ? "1 hole" : `${outside} holes`} outside of the polygon left out`
        : "";
    const lines =
      flat > 0 ? `invalid: ${rings(flat)} without an area, which only \`rule: touched\` finds` : "";
    return [repaired, holes, lines].filter((text) => text !== "").join("; ");
  }
}

/** The error for a polygon with faults where they are refused. */
export function refuseFaults(
  file: string,
  position: number,
  name: string,
  { crossing, touching, outside, nested, flat, at }: Faults,
): QuadratError {
  const what =
    crossing > 0
      ? "a ring crosses itself or another"
      : touching > 0
        ? "a ring touches itself"
        : outside > 0
          ? "a hole lies outside of it"
          : nested > 0
            ? "a part lies inside of another one"
            : flat > 0
              ? "a ring has no area"
              : "";
  const place =
    at === undefined || crossing + touching === 0
      ? ""
      : ` near ${at.map((value) => Number(value.toPrecision(9))).join(", ")}`;
  return inputError(
    file,
    `feature ${position}${name === "" ? "" : ` (${name})`} is an invalid polygon: ${what}${place}`,
    {
      hint: "`invalid: repair` uses what an odd number of edges surrounds",
    },
  );
}

function isOther(kind: Other): boolean {
  return kind === "point" || kind === "line";
}

function features(count: number): string {
  return count === 1 ? "1 feature" : `${count} features`;
}

function polygons(count: number): string {
  return count === 1 ? "1 polygon" : `${count} polygons`;
}

function rings(count: number): string {
  return count === 1 ? "1 ring" : `${count} rings`;
}
