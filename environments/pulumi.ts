import { existsSync } from "node:fs";
import { StepError } from "../console/errors";

/** How a run of `pulumi` ended. */
export interface PulumiRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `pulumi` with a backend behind it; `commands/` chooses which. */
export interface PulumiProgram {
  /** How a person at the terminal calls it: `pulumi`, `npm run pulumi --`. */
  readonly command: string;
  /** The environment that it runs in. */
  readonly environment: NodeJS.ProcessEnv;
  /** Runs it to its end, whatever that is. `input` is its whole standard input: nothing else is ever asked. */
  run(args: readonly string[], options: { readonly cwd: string; readonly input?: string }): Promise<PulumiRun>;
}

/** Runs `pulumi`. @throws StepError with its last lines if it fails; what it was given to read isn't shown */
export async function mustRun(
  pulumi: PulumiProgram,
  args: readonly string[],
  options: { readonly cwd: string; readonly input?: string },
  failure: { readonly message: string; readonly fix: string },
): Promise<string> {
  const { exitCode, stdout, stderr } = await pulumi.run(args, options);
  if (exitCode === 0) return stdout;
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  throw new StepError(failure.message, {
    command: `pulumi ${args.join(" ")}`,
    lastLines: lines.slice(-10),
    fix: failure.fix,
  });
}

/**
 * Makes sure, before anything is asked or made, that a backend answers, that it has no stack of that name yet, and that
 * there is a passphrase where secrets will be encrypted with one.
 *
 * @param secretsProvider The key service that the caller chose. @default the backend's: Pulumi Cloud has one, others
 * encrypt with a passphrase
 * @throws StepError with the fix
 */
export async function checkBackend(
  pulumi: PulumiProgram,
  { stack, cwd, secretsProvider }: { stack: string; cwd: string; secretsProvider?: string },
): Promise<void> {
  const login = { message: "Pulumi's backend doesn't answer", fix: "log in to the backend first: pulumi login" };
  const { url = "" } = JSON.parse(await mustRun(pulumi, ["whoami", "--json"], { cwd }, login)) as { url?: string };
  const ownKeys = secretsProvider === undefined || secretsProvider === "default" ? /^https?:/.test(url) : undefined;
  if (ownKeys === false || secretsProvider === "passphrase") checkPassphrase(pulumi.environment);
  const listed = await mustRun(pulumi, ["stack", "ls", "--json"], { cwd }, login);
  const names = (JSON.parse(listed) as { name: string }[]).map(({ name }) => name.replace(/^.*\//, ""));
  if (names.includes(stack))
    throw new StepError(`Pulumi's backend has a stack "${stack}" already`, {
      fix: `choose another name, or remove it if it is empty: ${pulumi.command} stack rm --stack ${stack}`,
    });
}

/** @throws StepError if the environment has no passphrase, or names a file that isn't there */
export function checkPassphrase(environment: NodeJS.ProcessEnv): void {
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = environment;
  if (passphrase !== undefined || (file !== undefined && existsSync(file))) return;
  const missing = file === undefined ? "no passphrase" : `no file ${file}, which PULUMI_CONFIG_PASSPHRASE_FILE names`;
  throw new StepError(`There is ${missing}, and secrets would be encrypted with it`, {
    fix: "write a passphrase into a file that only you can read and set PULUMI_CONFIG_PASSPHRASE_FILE to its path, or choose a key service with --secrets-provider",
  });
}
