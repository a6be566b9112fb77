/** The texts of a new plugin's files. */
export interface PartTemplate {
  /** The plugin's module; `part` is the name of its part. */
  readonly module: (names: TemplateNames) => string;
  /** The statements of its test, after the imports of `node:test` and the plugin. */
  readonly test: (names: TemplateNames) => string;
  /** The configuration that uses it. */
  readonly usage: (names: TemplateNames) => string;
}

export interface TemplateNames {
  /** The name of the package. */
  readonly name: string;
  /** The name of its part. */
  readonly part: string;
}
