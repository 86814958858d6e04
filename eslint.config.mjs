import js from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

const rooms = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

export default tseslint.config(
  { ignores: ["node_modules/", "test/golden/*.yaml"] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.mjs"] } } },
    plugins: { "@pulumi": pulumi },
    rules: {
      "@pulumi/no-output-in-template-literal": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/consistent-type-imports": "error",
      // A Pulumi resource is created for its effect; it is often not assigned.
      "no-new": "off",
    },
  },
  {
    files: ["components/**/*.ts"],
    rules: {
      ...rooms(
        {
          group: ["**/infra/*", "**/local/*", "**/test/*"],
          message: "components know nothing of the program that uses them",
        },
        {
          group: ["node:fs", "node:net", "node:http", "node:https", "node:child_process"],
          message: "components read no files, network or processes",
        },
      ),
      "no-restricted-globals": ["error", { name: "process", message: "components read no environment" }],
      "no-restricted-properties": [
        "error",
        {
          object: "pulumi",
          property: "Config",
          message: "components get their values as Args; infra/config.ts reads the configuration",
        },
        { object: "Date", property: "now", message: "components read no clock" },
      ],
    },
  },
  {
    files: ["infra/**/*.ts"],
    rules: rooms({ group: ["**/local/*", "**/test/*"], message: "nothing imports local/ or test/" }),
  },
  {
    files: ["**/*.mjs", "**/*.cjs"],
    ...tseslint.configs.disableTypeChecked,
    rules: { ...tseslint.configs.disableTypeChecked.rules, "@pulumi/no-output-in-template-literal": "off" },
  },
  {
    files: ["**/*.cjs"],
    languageOptions: { sourceType: "commonjs", globals: { require: "readonly", module: "writable" } },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
