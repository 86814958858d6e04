import js from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

const restricted = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

/** Forbids a room to import from others: the walls of docs/architecture.md. */
const walls = (message, ...rooms) => ({ group: rooms.map((room) => `**/${room}/**`), message });

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
      ...restricted(
        walls(
          "components know nothing of the program that uses them",
          "infra",
          "local",
          "kubernetes",
          "console",
          "review",
          "policy",
          "environments",
          "commands",
          "test",
        ),
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
    rules: restricted(
      walls(
        "the program knows its components only",
        "local",
        "kubernetes",
        "console",
        "review",
        "policy",
        "environments",
        "commands",
        "test",
      ),
    ),
  },
  {
    files: ["kubernetes/**/*.ts", "console/**/*.ts"],
    rules: restricted(
      walls(
        "kubernetes/ and console/ are libraries of the other rooms",
        "infra",
        "local",
        "review",
        "policy",
        "environments",
        "commands",
        "test",
      ),
    ),
  },
  {
    files: ["review/**/*.ts", "policy/**/*.ts", "environments/**/*.ts"],
    rules: restricted(walls("only commands/ joins these rooms with local/", "local", "commands", "test")),
  },
  {
    files: ["local/**/*.ts"],
    rules: restricted(
      walls(
        "the embedded cluster knows the program, kubernetes/ and console/ only",
        "review",
        "policy",
        "environments",
        "commands",
        "test",
      ),
    ),
  },
  {
    files: ["**/*.mjs", "**/*.cjs"],
    ...tseslint.configs.disableTypeChecked,
    rules: { ...tseslint.configs.disableTypeChecked.rules, "@pulumi/no-output-in-template-literal": "off" },
  },
  {
    files: ["**/*.cjs"],
    languageOptions: {
      sourceType: "commonjs",
      globals: {
        require: "readonly",
        module: "writable",
        __dirname: "readonly",
        __filename: "readonly",
        console: "readonly",
        fetch: "readonly",
        process: "readonly",
      },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);
