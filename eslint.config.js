import nx from "@nx/eslint-plugin";
import tseslint from "typescript-eslint";

const unpublished = ["**/test/**", "**/*.config.ts", "vitest.shared.ts"];
const tools = ["**/*.js", "**/*.mjs", "**/*.config.ts", "vitest.shared.ts"];

/**
 * The direction of the arrows: cli -> processors, exporters, monitor -> core; cli -> crs; processors -> multidim -> crs; processors -> crs, geotiff
 * -> core; and kernels below processors, exporters, crs and geotiff. Tags stand in each package.json.
 */
const boundaries = [
  { sourceTag: "layer:kernels", onlyDependOnLibsWithTags: ["layer:kernels"] },
  { sourceTag: "layer:core", onlyDependOnLibsWithTags: ["layer:core"] },
  { sourceTag: "layer:format", onlyDependOnLibsWithTags: ["layer:core", "layer:kernels"] },
  { sourceTag: "layer:arrays", onlyDependOnLibsWithTags: ["layer:format", "layer:core", "layer:kernels"] },
  {
    sourceTag: "layer:processors",
    onlyDependOnLibsWithTags: ["layer:arrays", "layer:format", "layer:core", "layer:kernels"],
  },
  {
    sourceTag: "layer:exporters",
    onlyDependOnLibsWithTags: ["layer:format", "layer:core", "layer:kernels"],
  },
  { sourceTag: "layer:monitor", onlyDependOnLibsWithTags: ["layer:core"] },
  {
    sourceTag: "layer:command",
    onlyDependOnLibsWithTags: [
      "layer:processors",
      "layer:exporters",
      "layer:monitor",
      "layer:format",
      "layer:core",
    ],
  },
];

const noDefaultExport = {
  selector: "ExportDefaultDeclaration, ExportSpecifier[exported.name='default']",
  message: "Export names only.",
};

export default tseslint.config(
  {
    ignores: [
      "**/dist/**",
      "**/node_modules/**",
      "**/fixtures/**",
      "**/coverage/**",
      "**/output/**",
      // AssemblyScript, which only looks like TypeScript.
      "packages/kernels/assembly/**",
      ".nx/**",
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  ...tseslint.configs.recommendedTypeChecked,
  {
    plugins: { "@nx": nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@nx/enforce-module-boundaries": [
        "error",
        { allow: ["^(\\.\\./)+vitest\\.shared\\.js$"], depConstraints: boundaries },
      ],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports" }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      eqeqeq: "error",
      "max-lines": ["warn", { max: 250 }],
      "no-restricted-syntax": ["error", noDefaultExport],
    },
  },
  {
    // A package's tests may speak of it by its public name, and write rasters as geotiff's do.
    files: unpublished,
    rules: {
      "@nx/enforce-module-boundaries": [
        "error",
        {
          allow: ["^(\\.\\./)+vitest\\.shared\\.js$", "^(\\.\\./)+geotiff/test/tiff-writer\\.js$"],
          allowCircularSelfDependency: true,
          depConstraints: boundaries,
        },
      ],
      "max-lines": "off",
    },
  },
  {
    // Formats are usable without the rest: of core they load what needs neither DuckDB nor Arrow.
    files: ["packages/{crs,geotiff,multidim}/src/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          paths: ["@quadrat/core", "@quadrat/core/host"].map((name) => ({
            name,
            message: "Import from @quadrat/core/base.",
          })),
        },
      ],
    },
  },
  {
    files: tools,
    extends: [tseslint.configs.disableTypeChecked],
    rules: { "@typescript-eslint/switch-exhaustiveness-check": "off" },
  },
  {
    files: ["**/*.config.{js,ts}", "**/test/**", "examples/plugin-*/index.js", "bench/nothing.mjs"],
    rules: { "no-restricted-syntax": "off" },
  },
);
