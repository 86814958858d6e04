import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config";
import { parseDocument, type YAMLParseError } from "yaml";
import { certificateFaults } from "./config/certificates";
import { crossFaults } from "./config/cross-rules";
import { ConfigError, unknownKeyFault, valueFault, type ConfigFault } from "./config/faults";
import { groupSchemas, parseGroups, projectName, type Groups } from "./config/schema";
import {
  howToSet,
  missingSecretFaults,
  plainSecretFaults,
  secretReferences,
  secretsKey,
  unusedSecretFaults,
} from "./config/secrets";
import { projectDirectory } from "./project";

export { ConfigError } from "./config/faults";
export { stackFileJsonSchema } from "./config/schema";

/** There at run time and left out of the package's types; a test fails loudly should it vanish. */
const { isConfigSecret } = runtimeConfig as unknown as { isConfigSecret(this: void, key: string): boolean };

/** One environment: the values of its stack file, checked, with every default filled in, and frozen. */
export interface StackConfig extends Groups {
  /** The stack's name, which is the environment's: `local`, `dev`, `prod`. */
  readonly environment: string;
  /** The secrets by name. Where a stack file is read offline each is a placeholder. */
  readonly secrets: Readonly<Record<string, pulumi.Output<string>>>;
}

/** A stack file read offline. */
export interface ParsedStackFile {
  readonly config: StackConfig;
  /** Secrets that the file names and nobody has set yet; `loadConfig` refuses them. */
  readonly unsetSecrets: readonly string[];
}

/** The name of an environment's stack file: `Pulumi.dev.yaml`. */
export function stackFileName(environment: string): string {
  return `Pulumi.${environment}.yaml`;
}

/**
 * Reads the text of a stack file without the engine: for tests, golden files and editors. Encrypted values become
 * placeholders, since nobody can decrypt them here; each carries a digest of its ciphertext. Secrets that aren't set yet
 * are listed.
 *
 * @param standIn what stands for the secret of a name instead of such a placeholder
 * @throws ConfigError with every fault of the file.
 */
export function parseStackFile(text: string, environment: string, standIn?: (name: string) => string): ParsedStackFile {
  const file = readStackFile(text);
  // Of a file that can't be read nothing else is known: every group would seem to be missing.
  if (file.unreadable !== undefined) throw new ConfigError(stackFileName(environment), [file.unreadable]);
  const { groups, faults, references } = check(file.values, environment);
  const entries = Object.keys(file.secrets ?? {});
  const all = [
    ...file.faults,
    ...faults,
    ...plainSecretFaults(file.secrets, environment),
    ...unusedSecretFaults(entries, references),
  ];
  if (all.length > 0) throw new ConfigError(stackFileName(environment), all);
  const names = [...new Set(references.map((reference) => reference.name))].sort();
  const secrets = Object.fromEntries(
    names.map((name) => [name, pulumi.secret(standIn?.(name) ?? placeholder(name, file.secrets))]),
  );
  return {
    config: frozen({ ...(groups as Groups), environment, secrets }),
    unsetSecrets: names.filter((name) => !entries.includes(name)),
  };
}

/**
 * Reads the configuration that the engine hands to the program.
 *
 * @param folder Where the stack files are, to look which secrets are in plain text; the engine doesn't tell. Without a
 * stack file there, only a group of secrets that is plain as a whole is noticed.
 * @param now The day on which certificates must be valid.
 * @throws ConfigError with every fault.
 */
export function loadConfig(folder: string = projectDirectory, now: Date = new Date()): StackConfig {
  const environment = pulumi.getStack();
  const values: Record<string, unknown> = {};
  const faults: ConfigFault[] = [];
  let secretTexts: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(runtimeConfig.allConfig())) {
    if (key === secretsKey) secretTexts = (json(text) ?? {}) as Record<string, unknown>;
    else faults.push(...place(key, json(text), values));
  }
  const { groups, faults: found, references } = check(values, environment);
  const all = [
    ...faults,
    ...found,
    ...plainSecrets(folder, environment, secretTexts),
    ...missingSecretFaults(secretTexts, references, environment),
    ...unusedSecretFaults(Object.keys(secretTexts), references),
    ...certificateFaults(groups, secretTexts, environment, now),
  ];
  if (all.length > 0) throw new ConfigError(stackFileName(environment), all);
  const secrets = Object.fromEntries(
    Object.entries(secretTexts).map(([name, text]) => [name, pulumi.secret(text as string)]),
  );
  return frozen({ ...(groups as Groups), environment, secrets });
}

/** Stands for a secret: another text for another ciphertext, so that a rotated secret shows wherever it is used. */
function placeholder(name: string, secrets: Readonly<Record<string, unknown>> = {}): string {
  const { secure } = (secrets[name] ?? {}) as { secure?: string };
  const version = secure === undefined ? "" : `-${createHash("sha256").update(secure).digest("hex").slice(0, 8)}`;
  return `placeholder-of-${name}${version}`;
}

function check(values: Readonly<Record<string, unknown>>, environment: string) {
  const { groups, faults } = parseGroups(values);
  return { groups, faults: [...faults, ...crossFaults(groups, environment)], references: secretReferences(groups) };
}

/** Puts a value under its group's name; a key that nobody reads is a fault. Pulumi's own settings pass. */
function place(key: string, value: unknown, values: Record<string, unknown>): readonly ConfigFault[] {
  const [namespace, name] = key.split(/:(.*)/s);
  if (namespace === "pulumi") return [];
  if (namespace === projectName && name !== undefined && name in groupSchemas) {
    values[name] = value;
    return [];
  }
  const known = [...Object.keys(groupSchemas).map((group) => `${projectName}:${group}`), secretsKey];
  return [unknownKeyFault(key, key, known)];
}

function readStackFile(text: string) {
  const values: Record<string, unknown> = {};
  const faults: ConfigFault[] = [];
  const document = parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  const root: unknown = error === undefined ? document.toJS() : {};
  const config: unknown = (root as { config?: unknown } | null)?.config;
  let secrets: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries((isGroup(config) ? config : {}) as Record<string, unknown>)) {
    if (key === secretsKey) secrets = (value ?? {}) as Record<string, unknown>;
    else faults.push(...place(key, value, values));
  }
  const unreadable: ConfigFault | undefined =
    error !== undefined
      ? { key: "the file", sentence: unreadableBecause(error, text) }
      : isGroup(config)
        ? undefined
        : valueFault("config", config, "a group of keys");
  return { values, secrets, faults, unreadable };
}

/** Why a text can't be read, the rest of the sentence about the file. Of the text nothing but the name of a key is shown. */
function unreadableBecause({ code, message, pos, linePos }: YAMLParseError, text: string): string {
  const [name] = /^"[^"\n]*"|^'[^'\n]*'|^[^:\s]+/.exec(text.slice(pos[0])) ?? [];
  if (code !== "DUPLICATE_KEY" || name === undefined || linePos === undefined)
    return `is no YAML: ${(message.split("\n")[0] ?? "").replace(/:$/, "")}`;
  const [{ line, col }] = linePos;
  return `has "${name.replace(/^(["'])(.*)\1$/, "$2")}" a second time at line ${line}, column ${col}; expected each key once`;
}

function isGroup(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function plainSecrets(folder: string, environment: string, texts: Record<string, unknown>): readonly ConfigFault[] {
  const path = join(folder, stackFileName(environment));
  if (existsSync(path)) {
    const written = readStackFile(readFileSync(path, "utf8")).secrets;
    if (written !== undefined) return plainSecretFaults(written, environment);
  }
  if (Object.keys(texts).length === 0 || isConfigSecret(secretsKey)) return [];
  return [{ key: secretsKey, sentence: `is in plain text; set each entry with: ${howToSet("<name>", environment)}` }];
}

/** A structured value comes as JSON, a simple one as its own text. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
