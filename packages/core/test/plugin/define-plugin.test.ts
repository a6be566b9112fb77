import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { definePlugin, type ExporterDefinition, type Plugin } from "../../src/index.js";
import { pluginApiVersion, Registry } from "../../src/host.js";

const nothing = { write: () => Promise.resolve() };

/** Parses as schemas of zod 3 do: the method is generic in nothing and throws. */
class OldSchema<T> {
  declare readonly _output: T;
  readonly #check: (input: unknown) => T;
  constructor(check: (input: unknown) => T) {
    this.#check = check;
  }
  parse(input: unknown, _params?: object): T {
    return this.#check(input);
  }
}

describe("definePlugin", () => {
  it("stamps the version of the API, and gives every kind of part a list", () => {
    expect(definePlugin({ name: "mine", version: "1.0.0" })).toEqual({
      name: "mine",
      version: "1.0.0",
      apiVersion: pluginApiVersion,
      stages: [],
      exporters: [],
      sources: [],
      memoryBackends: [],
      resamplings: [],
    });
  });

  it("infers the options of each part from its own schema", () => {
    const plugin = definePlugin({
      name: "typed",
      exporters: [
        {
          name: "zod",
          options: z.object({ digits: z.int().default(6) }),
          extension: (options) => {
            expectTypeOf(options).toEqualTypeOf<{ digits: number }>();
            return `.${options.digits}`;
          },
          create(options) {
            expectTypeOf(options).toEqualTypeOf<{ digits: number }>();
            return nothing;
          },
        },
        {
          name: "older",
          extension: ".old",
          options: new OldSchema((input) => ({ text: String(input) })),
          create(options) {
            expectTypeOf(options).toEqualTypeOf<{ text: string }>();
            return nothing;
          },
        },
        {
          name: "plain",
          extension: ".plain",
          options: { parse: (input: unknown) => Number(input) },
          create(options) {
            expectTypeOf(options).toEqualTypeOf<number>();
            return nothing;
          },
        },
        {
          name: "none",
          extension: ".none",
          create(options) {
            expectTypeOf(options).toEqualTypeOf<unknown>();
            return nothing;
          },
        },
      ],
      resamplings: [
        {
          name: "trimmed",
          options: z.object({ share: z.number() }),
          create({ share }) {
            expectTypeOf(share).toEqualTypeOf<number>();
            return { reduce: (values) => values[Math.floor(share * values.length)]! };
          },
        },
      ],
    });
    expectTypeOf(plugin.exporters[0]).toEqualTypeOf<ExporterDefinition<{ digits: number }>>();
    expectTypeOf(plugin).toExtend<Plugin>();
    const { exporters, resamplings } = new Registry().use(plugin);
    expect([...exporters].map(({ definition }) => definition.name)).toEqual([
      "zod",
      "older",
      "plain",
      "none",
    ]);
    expect(resamplings.get("trimmed")).toMatchObject({ plugin: "typed", version: "0.0.0" });
  });

  it("does not compile with a part that is wrong", () => {
    // @ts-expect-error there is no such list
    definePlugin({ name: "typo", exporter: [] });
    // @ts-expect-error an exporter has an extension
    definePlugin({ name: "bare", exporters: [{ name: "bare", create: () => nothing }] });
    definePlugin({
      name: "wrong",
      exporters: [
        {
          name: "wrong",
          extension: ".x",
          options: z.object({ digits: z.int() }),
          // @ts-expect-error the options have no such key
          create: ({ digit }) => ({ write: () => Promise.resolve(digit) }),
        },
      ],
    });
  });
});
