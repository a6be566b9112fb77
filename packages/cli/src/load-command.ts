import type { SettingOptions } from "./host.js";
import type { Output } from "./output.js";
import { mayNamePlugins } from "./plugins-named.js";
import { preload } from "./preload.js";

declare global {
  interface ImportMeta {
    /** In the bundle, where the modules are that it was made of. */
    readonly modules?: string;
  }
}

/** The module of a command, loaded only when the command is run. */
export interface CommandModule<Options> {
  readonly run: (options: Options, output: Output) => Promise<void>;
}

/**
 * Loads a command. Where this is part of the bundle, that is the bundle's, unless there may be plugins: what these import from
 * `@quadrat/core` or Arrow has to be what the command works with, so the command then comes from the modules too.
 * @param load imports the command from where this code is
 */
export async function loadCommand<Options>(
  name: string,
  options: Pick<SettingOptions, "config" | "set">,
  load: () => Promise<CommandModule<Options>>,
): Promise<CommandModule<Options>> {
  const bundled = import.meta.modules !== undefined;
  if (bundled && !mayNamePlugins(options)) return load();
  const url = new URL(`commands/${name}.js`, import.meta.modules ?? new URL(".", import.meta.url));
  await preload(url);
  return bundled ? ((await import(url.href)) as CommandModule<Options>) : load();
}
