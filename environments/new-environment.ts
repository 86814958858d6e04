import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { ConfigError, parseStackFile, stackFileName, type StackConfig } from "../infra/config";
import { nearest } from "../infra/config/faults";
import { StepError } from "../console/errors";
import { environmentsIn, stackFileText } from "../review/environments";
import { annotatedStackFile, annotatedText } from "./annotated-file";
import { clashes } from "./clashes";
import { derivedValues } from "./derived-values";
import { checkEnvironmentName } from "./name";
import type { Setting, Values } from "./settings";
import { parseStackFiles } from "./stack-files";

/** What a new environment is to be. */
export interface NewEnvironmentArgs {
  readonly name: string;
  /** The environment whose values it takes over. */
  readonly like: string;
  /** The prefix of its namespaces. @default the name */
  readonly prefix?: string;
  /** The context of the kubeconfig. @default that of the other */
  readonly context?: string;
  readonly settings: readonly Setting[];
  /** Where the stack files are. */
  readonly folder: string;
}

/** A new environment, checked, of which nothing has been written yet. */
export interface NewEnvironment {
  readonly config: StackConfig;
  /** What stands under `config:` of its stack file, without secrets. */
  readonly values: Values;
  /** What differs from the other environment without having been asked for, one sentence each. */
  readonly changes: readonly string[];
  /** Environments that it could not be compared with, since their stack files are faulty. */
  readonly uncompared: readonly string[];
}

/**
 * Works out a new environment from another one's stack file and checks it; nothing is written.
 *
 * @throws StepError if the name can't be one or is taken, there is no such other environment, a value is faulty or
 * secret, or it would clash with an environment that there is. Every fault is told, no secret is shown.
 */
export function newEnvironment(args: NewEnvironmentArgs): NewEnvironment {
  const { name, like, folder } = args;
  checkEnvironmentName(name);
  const file = stackFileName(name);
  if (existsSync(join(folder, file)))
    throw new StepError(`There is a ${file} already`, { fix: "choose another name, or change that file" });
  const text = likeText(like, folder);
  refuseFaults(`${stackFileName(like)} can't be copied`, "mend that file first", () => parseStackFile(text, like));
  const { configs, faulty } = parseStackFiles(folder);
  const values = (parseDocument(text).toJS() as { config: Values }).config;
  const { values: derived, changes } = derivedValues({ ...args, values, environments: configs }, (own) =>
    checked(own, args),
  );
  const config = checked(derived, args);
  const found = clashes([...configs, config]).filter(({ places }) =>
    places.some(({ environment }) => environment === name),
  );
  if (found.length > 0)
    throw new StepError(`${name} would clash with another environment`, {
      lastLines: found.map(({ sentence }) => sentence),
      fix: `give ${found.map(({ places }) => setOption(places[1].key)).join(" ")}`,
    });
  return { config, values: derived, changes, uncompared: faulty.map(({ fileName }) => fileName) };
}

/**
 * The text of a stack file with a comment at every key.
 *
 * @param rest What Pulumi keeps beside `config:`: the salt, the key service.
 */
export function stackFileOf(values: Values, name: string, like: string, rest: Values = {}): string {
  const document = annotatedStackFile(values, [
    `${name}: made like ${like} by \`npm run env:new\`. A key behind a # without a space is not set and stands with its`,
    "default: take the # away to set it.",
  ]);
  for (const [key, value] of Object.entries(rest)) document.set(key, value);
  return annotatedText(document);
}

function setOption(key: string): string {
  if (key === "hamilton:namespaces.prefix") return "--prefix PREFIX";
  return `--set ${key.replace(/^hamilton:/, "")}=…`;
}

function likeText(like: string, folder: string): string {
  const known = environmentsIn(folder);
  if (known.includes(like)) return stackFileText(like, folder);
  const near = nearest(like, known);
  throw new StepError(`There is no ${stackFileName(like)} to copy`, {
    fix: near === undefined ? `choose one of ${known.join(", ")}` : `the nearest that there is: --like ${near}`,
  });
}

function checked(values: Values, { name, like }: NewEnvironmentArgs): StackConfig {
  return refuseFaults(
    `${name} can't be made like ${like}`,
    "give what is expected with --set PATH=VALUE, or a new file to --like",
    () => parseStackFile(stackFileOf(values, name, like), name).config,
  );
}

function refuseFaults<T>(what: string, fix: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const count = error.faults.length === 1 ? "one fault" : `${error.faults.length} faults`;
    throw new StepError(`${what}: ${count}`, { lastLines: error.message.split("\n"), fix, cause: error });
  }
}
