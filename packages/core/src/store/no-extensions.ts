/** Settings of every DuckDB that is opened: it neither fetches extensions nor loads those that happen to be installed. */
export const noExtensions = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
} as const;
