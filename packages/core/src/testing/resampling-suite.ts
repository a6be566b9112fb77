import type { ResamplingDefinition } from "../plugin/definitions.js";
import { parseOptions } from "../plugin/options.js";
import type { Reducer } from "../plugin/reducer.js";
import { soundDefinition, demand, type Check } from "./check.js";

export interface ResamplingSuiteOptions {
  /** Options as written beside `use:`; default none. */
  readonly options?: Readonly<Record<string, unknown>>;
}

const cells: readonly (readonly [name: string, values: readonly number[], weights: readonly number[]])[] = [
  ["one pixel", [7], [1]],
  ["a sliver of one pixel", [7], [1e-9]],
  ["equal pixels", [2, 2, 2], [1, 0.5, 0.25]],
  ["zeros", [0, 0], [1, 1]],
  [
    "many pixels",
    Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 100),
    Array.from({ length: 5000 }, (_, i) => ((i % 10) + 1) / 10),
  ],
];

/** The conformance suite of resampling methods. */
export function resamplingSuite<Options>(
  definition: ResamplingDefinition<Options>,
  settings: ResamplingSuiteOptions = {},
): Check[] {
  const make = async (): Promise<Reducer> => {
    const options = parseOptions(
      definition.options,
      settings.options ?? {},
      `resampling method "${definition.name}"`,
      {},
    );
    return definition.create!(options);
  };
  return [
    soundDefinition({ resamplings: [definition] }),
    {
      name: "returns a number for every cell that covers a pixel, NaN for no value",
      async run() {
        const reducer = await make();
        for (const [name, values, weights] of cells) {
          const result: unknown = reducer.reduce(Float64Array.from(values), Float64Array.from(weights));
          demand(
            typeof result === "number",
            () => `reduce must return a number; for ${name} it returned ${String(result)}`,
          );
        }
      },
    },
    {
      name: "depends only on its arguments, which it does not keep",
      async run() {
        const [one, other] = [await make(), await make()];
        const [values, weights] = [new Float64Array(5000), new Float64Array(5000)];
        const reduce = (reducer: Reducer, cell: (typeof cells)[number]): number => {
          const count = cell[1].length;
          values.set(cell[1]);
          weights.set(cell[2]);
          return reducer.reduce(values.subarray(0, count), weights.subarray(0, count));
        };
        const forth = cells.map((cell) => reduce(one, cell));
        const back = cells
          .toReversed()
          .map((cell) => reduce(other, cell))
          .reverse();
        forth.forEach((value, i) =>
          demand(
            Object.is(value, back[i]),
            () =>
              `cells come in any order and in several threads; ${cells[i]![0]} gave ${value} in one order and ${back[i]} in another`,
          ),
        );
      },
    },
  ];
}
