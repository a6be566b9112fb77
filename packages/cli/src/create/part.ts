/** What a new plugin brings, as the texts of its files. */
export interface PartTemplate {
  /** The plugin's module; the part is called `part`. */
  readonly module: (names: TemplateNames) => string;
  /** The statements of its test, after the imports of `node:test` and the plugin. */
  readonly test: (names: TemplateNames) => string;
  /** What a configuration says to use it. */
  readonly usage: (names: TemplateNames) => string;
}

export interface TemplateNames {
  /** Of the package. */
  readonly name: string;
  /** Of its part. */
  readonly part: string;
}
