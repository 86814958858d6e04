import { readFileSync } from "node:fs";
import password from "@inquirer/password";
import { StepError } from "../console/errors";
import { runPlan } from "../console/progress";
import { makeStack } from "../environments/make-stack";
import { newEnvironment, type NewEnvironment, stackFileOf } from "../environments/new-environment";
import { checkBackend } from "../environments/pulumi";
import {
  generatedSecrets,
  type NeededSecret,
  neededSecrets,
  readSecrets,
  type SecretValues,
} from "../environments/secrets";
import { parseSetting } from "../environments/settings";
import { stackFileName } from "../infra/config";
import { projectDirectory } from "../infra/project";
import { choosePulumi } from "./chosen-pulumi";

/** What the command line gives. */
export interface EnvNewOptions {
  readonly like: string;
  readonly context?: string;
  readonly prefix?: string;
  readonly set: readonly string[];
  /** `ask`, `later`, a file's path, or `-` for standard input. */
  readonly secrets: string;
  readonly generate: readonly string[];
  readonly secretsProvider?: string;
  readonly dryRun?: boolean;
  /** Where `Pulumi.yaml` and the stack files are. @default the project */
  readonly folder?: string;
}

/**
 * Runs `npm run env:new`: makes `Pulumi.NAME.yaml` and its stack, secrets encrypted, ready for `pulumi up`.
 *
 * @throws StepError for everything that stands against it; nothing is written then
 */
export async function envNew(name: string, options: EnvNewOptions): Promise<void> {
  const { like, prefix, context, secretsProvider, folder = projectDirectory } = options;
  const settings = options.set.map(parseSetting);
  const environment = newEnvironment({ name, like, prefix, context, settings, folder });
  const needed = neededSecrets(environment.config);
  const generated = generatedSecrets(needed, options.generate);
  tell(environment, like);
  if (options.dryRun === true) return console.log(stackFileOf(environment.values, name, like).trimEnd());

  const pulumi = choosePulumi();
  await checkBackend(pulumi, { stack: name, cwd: folder, secretsProvider });
  const secrets = await gather(needed, generated, options.secrets);
  await runPlan(
    [
      {
        title: `Stack ${name} with ${secrets.size} of ${needed.length} secrets`,
        run: (_, report) =>
          untilInterrupted((signal) =>
            makeStack(
              pulumi,
              { name, like, values: environment.values, secrets, secretsProvider, folder, signal },
              report,
            ),
          ),
      },
    ],
    {},
  );
  console.log(nextSteps(name, pulumi.command, needed, secrets).join("\n"));
}

/** What the reader should look at; on standard error, so that `--dry-run` prints the file alone. */
function tell({ changes, uncompared, config }: NewEnvironment, like: string): void {
  for (const change of changes) console.error(`› ${change}`);
  for (const file of uncompared)
    console.error(
      `› ${file} has faults, so the new environment was not compared with it: npm run env:check tells which`,
    );
  console.error(
    `› everything else is as in ${like}, sizes, shares and stores too; context "${config.cluster.context}"`,
  );
}

/** The values of secrets: generated, from a file, asked for, or none yet. */
async function gather(needed: readonly NeededSecret[], generated: SecretValues, source: string): Promise<SecretValues> {
  const open = needed.filter(({ name }) => !generated.has(name));
  if (source === "later" || open.length === 0) return generated;
  if (source !== "ask") return new Map([...generated, ...fromFile(source, open)]);
  if (!process.stdin.isTTY)
    throw new StepError(`There is no terminal to ask for ${open.map(({ name }) => name).join(", ")}`, {
      fix: "give --secrets FILE (name: value, - for standard input), or --secrets later",
    });
  const asked = new Map(generated);
  for (const { name, keys } of open) asked.set(name, await ask(name, keys));
  return asked;
}

function fromFile(source: string, open: readonly NeededSecret[]): SecretValues {
  const called = source === "-" ? "standard input" : source;
  let text: string;
  try {
    text = readFileSync(source === "-" ? 0 : source, "utf8");
  } catch (error) {
    throw new StepError(`${called} can't be read`, {
      fix: "name a file with the secrets, or `ask` or `later`",
      cause: error,
    });
  }
  const values = readSecrets(text, called, open);
  const missing = open.filter(({ name }) => !values.has(name)).map(({ name }) => name);
  if (missing.length > 0)
    throw new StepError(`${called} lacks ${missing.join(", ")}`, {
      fix: "add them, or set all later with --secrets later",
    });
  return values;
}

/** A hidden question: neither the screen nor the shell's history sees the answer. */
async function ask(name: string, keys: readonly string[]): Promise<string> {
  try {
    return await password({
      message: `${name} (${keys.join(", ")})`,
      mask: true,
      validate: (value) => value !== "" || "A secret can't be empty; Ctrl-C ends it, and nothing is written.",
    });
  } catch (error) {
    if ((error as Error).name !== "ExitPromptError") throw error;
    throw new StepError("Interrupted; nothing was written", {
      fix: "run it again, or give --secrets later",
      cause: error,
    });
  }
}

/** Does work that is undone when the terminal or the system asks for its end. */
async function untilInterrupted(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  const interrupted = new AbortController();
  const end = () => interrupted.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, end);
  try {
    await work(interrupted.signal);
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, end);
  }
}

function nextSteps(name: string, pulumi: string, needed: readonly NeededSecret[], set: SecretValues): string[] {
  const open = needed.filter((secret) => !set.has(secret.name));
  return [
    "",
    `${stackFileName(name)} is ready${open.length === 0 ? "" : " but for the secrets below"}. Next:`,
    ...open.map((secret) => `  ${pulumi} config set --stack ${name} --secret --path 'hamilton:secrets.${secret.name}'`),
    `  npm run env:check -- ${name}`,
    `  ${pulumi} preview --stack ${name} --diff`,
    `  ${pulumi} up --stack ${name}`,
  ];
}
