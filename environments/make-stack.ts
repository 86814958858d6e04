import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseStackFile, stackFileName } from "../infra/config";
import { secretsKey } from "../infra/config/secrets";
import { StepError } from "../console/errors";
import type { Report } from "../console/steps";
import { stackFileOf } from "./new-environment";
import { mustRun, type PulumiProgram } from "./pulumi";
import type { SecretValues } from "./secrets";
import type { Values } from "./settings";

/** A stack that is to be made. */
export interface MakeStackArgs {
  readonly name: string;
  readonly like: string;
  /** What stands under `config:` of its stack file, without secrets. */
  readonly values: Values;
  readonly secrets: SecretValues;
  /** The key service that encrypts them, as `pulumi stack init` takes it. @default the backend's own */
  readonly secretsProvider?: string;
  /** The project: where `Pulumi.yaml` and the stack files are. */
  readonly folder: string;
  /** Ends the work early and undoes it. */
  readonly signal?: AbortSignal;
}

/** The beginning of the name of the folder, in the project, in which a stack file comes to be. */
export const unfinishedFolder = ".env-new-";

/**
 * Makes the stack, lets Pulumi encrypt its secrets, and puts the whole stack file in place in one rename. Pulumi works
 * in a folder of its own meanwhile and reads secrets from its standard input. After a failure there is neither a stack
 * nor a file.
 *
 * @returns the stack file's path
 * @throws StepError if Pulumi fails, or if the file or the work's end came between
 */
export async function makeStack(pulumi: PulumiProgram, args: MakeStackArgs, report: Report): Promise<string> {
  const { name, folder, secrets, secretsProvider, signal } = args;
  const target = join(folder, stackFileName(name));
  // In the project folder, since a rename has to stay on one file system.
  const cwd = mkdtempSync(join(folder, unfinishedFolder));
  const fix = "mend what the lines above name and try again: nothing was left behind";
  let made = false;
  try {
    copyFileSync(join(folder, "Pulumi.yaml"), join(cwd, "Pulumi.yaml"));
    report(`making the stack ${name}`);
    const provider = secretsProvider === undefined ? [] : ["--secrets-provider", secretsProvider];
    const init = ["stack", "init", name, "--no-select", "--non-interactive", ...provider];
    await mustRun(pulumi, init, { cwd }, { message: `The stack ${name} could not be made`, fix });
    made = true;
    for (const [secret, value] of secrets) {
      signal?.throwIfAborted();
      report(`encrypting ${secret}`);
      const set = [
        "config",
        "set",
        "--stack",
        name,
        "--non-interactive",
        "--secret",
        "--path",
        `${secretsKey}.${secret}`,
      ];
      await mustRun(pulumi, set, { cwd, input: value }, { message: `${secret} could not be encrypted`, fix });
    }
    signal?.throwIfAborted();
    writeFileSync(join(cwd, "whole.yaml"), wholeFile(readFileSync(join(cwd, stackFileName(name)), "utf8"), args));
    if (existsSync(target)) throw new StepError(`${stackFileName(name)} came to be meanwhile`, { fix });
    renameSync(join(cwd, "whole.yaml"), target);
    made = false;
    return target;
  } catch (error) {
    if (signal?.aborted === true)
      throw new StepError("Interrupted; nothing was left behind", { fix: "run it again", cause: error });
    throw error;
  } finally {
    if (made) await pulumi.run(["stack", "rm", name, "--yes", "--preserve-config", "--non-interactive"], { cwd });
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** The annotated stack file with what Pulumi wrote: the encrypted secrets, the salt or the key service. */
function wholeFile(written: string, { name, like, values }: MakeStackArgs): string {
  const { config = {}, ...rest } = (parse(written) ?? {}) as { config?: Values };
  const encrypted = config[secretsKey];
  const text = stackFileOf(
    { ...values, ...(encrypted === undefined ? {} : { [secretsKey]: encrypted }) },
    name,
    like,
    rest,
  );
  // The last look before the file counts: whatever Pulumi wrote, no secret may be in plain text.
  parseStackFile(text, name);
  return text;
}
