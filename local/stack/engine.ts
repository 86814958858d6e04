import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { execa, type Options } from "execa";
import { projectDirectory } from "../../infra/project";
import { stateDirectory } from "../directories";
import { StepError } from "../../console/errors";
import { type HostValue, localStack, localStackFile, writeLocalStackFile } from "./stack-file";
import type { Report } from "../../console/steps";

/** How the Pulumi engine is run for the embedded cluster: which programs, and whose plugins. */
export interface Engine {
  /** Absolute path of the `pulumi` program. */
  readonly pulumi: string;
  /** Folders put before `PATH`, so that the engine finds its language host and plugins there. */
  readonly path: readonly string[];
  /** Whether Pulumi's own plugins run, or the offline ones of `local/plugins`. */
  readonly plugins: "official" | "offline";
  /** The kubeconfig that the provider and `npm run kubectl` use. */
  readonly kubeconfig: string;
}

/** Everything of Pulumi's that belongs to the embedded cluster: state, home, passphrase, stack file. */
export function pulumiDirectory(): string {
  return join(stateDirectory(), "pulumi");
}

/** The environment of every run of the engine: file backend, own home, own passphrase; nothing is asked or downloaded. */
export function engineEnvironment(engine: Engine): NodeJS.ProcessEnv {
  const directory = pulumiDirectory();
  return {
    ...process.env,
    PATH: [...engine.path, dirname(engine.pulumi), process.env.PATH].join(delimiter),
    KUBECONFIG: engine.kubeconfig,
    PULUMI_HOME: join(directory, "home"),
    PULUMI_BACKEND_URL: `file://${join(directory, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(directory, "passphrase"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Types are checked by `npm run check`; the engine only needs the program to run.
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    ...(engine.plugins === "offline" ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}

/** Makes the folders and the passphrase where they are missing; what exists stays. */
function prepareDirectories(): void {
  const directory = pulumiDirectory();
  for (const folder of ["home", "backend"]) mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 });
  const passphrase = join(directory, "passphrase");
  if (!existsSync(passphrase)) {
    writeFileSync(passphrase, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
  }
}

/** The commands of `pulumi` that take `--stack` and `--config-file`; the others take the arguments as they are. */
const commandsWithConfigFile = new Set(["up", "update", "preview", "pre", "refresh", "destroy", "config", "watch"]);

/** The commands of `pulumi` that take `--stack` alone. */
const commandsWithStack = new Set(["stack", "cancel", "state", "import", "logs", "console"]);

/**
 * The arguments of a run on the local stack: adds the stack and its stack file where the command takes them and the
 * caller didn't name them. Another stack of this backend has its stack file in the project, where Pulumi looks by itself.
 */
export function withLocalStack(args: readonly string[], stackFile: string): string[] {
  const [command] = args;
  if (command === undefined) return [];
  const names = (long: string, short?: string) =>
    args.some((arg) => arg === long || arg.startsWith(`${long}=`) || (short !== undefined && arg === short));
  const takesFile = commandsWithConfigFile.has(command);
  const other = args.some(
    (arg, index) =>
      (/^(--stack|-s)$/.test(arg) && args[index + 1] !== localStack) ||
      (arg.startsWith("--stack=") && arg !== `--stack=${localStack}`),
  );
  const takesStack = takesFile || commandsWithStack.has(command);
  return [
    ...args,
    ...(takesStack && !names("--stack", "-s") ? ["--stack", localStack] : []),
    ...(takesFile && !other && !names("--config-file") ? ["--config-file", stackFile] : []),
  ];
}

/** Runs `pulumi` in the project on the local stack; the caller chooses how its streams are treated. */
export function runPulumi<T extends Options>(engine: Engine, args: readonly string[], options: T) {
  return execa(engine.pulumi, withLocalStack(args, localStackFile()), {
    cwd: projectDirectory,
    env: engineEnvironment(engine),
    extendEnv: false,
    ...options,
  } as T & { cwd: string });
}

/** Whether the stack has been made in this host's backend. */
function stackExists(): boolean {
  return existsSync(join(pulumiDirectory(), "backend", ".pulumi", "stacks", "hamilton", `${localStack}.json`));
}

/** Makes the backend, the passphrase, the stack file and the stack ready; what exists stays as it is. */
export async function prepareStack(engine: Engine, values: readonly HostValue[]): Promise<void> {
  prepareDirectories();
  writeLocalStackFile(values);
  if (stackExists()) return;
  // `stack init` writes the encryption salt into the stack file beside Pulumi.yaml, so it runs where this host's stands.
  const cwd = dirname(localStackFile());
  copyFileSync(join(projectDirectory, "Pulumi.yaml"), join(cwd, "Pulumi.yaml"));
  const made = await execa(engine.pulumi, ["stack", "init", localStack, "--secrets-provider", "passphrase"], {
    cwd,
    env: engineEnvironment(engine),
    extendEnv: false,
    reject: false,
    all: true,
  });
  if (made.exitCode !== 0) throw engineFailure("The stack `local` could not be made", made.command, made.all);
}

/**
 * Brings the platform up as its stack file says.
 *
 * @throws StepError with the engine's last lines where the update fails
 */
export async function updateStack(engine: Engine, report: Report): Promise<void> {
  const update = runPulumi(engine, ["up", "--yes", "--skip-preview", "--non-interactive", "--color", "never"], {
    reject: false,
    all: true,
  });
  for await (const line of update.iterable({ from: "all" })) if (line.trim() !== "") report(line.trim());
  const result = await update;
  if (result.exitCode !== 0) throw engineFailure("`pulumi up` failed on stack `local`", result.command, result.all);
}

function engineFailure(message: string, command: string, output: unknown): StepError {
  const lines = typeof output === "string" ? output.split("\n").filter((line) => line.trim() !== "") : [];
  return new StepError(message, {
    command,
    lastLines: lines.slice(-25),
    fix: "mend what the lines above name, then run `npm start` again: it goes on where this one stopped",
  });
}

/**
 * The outputs of the local stack, secrets in the clear.
 *
 * @throws StepError where the stack has not been brought up
 */
export async function stackOutputs(engine: Engine): Promise<Record<string, unknown>> {
  const shown = await runPulumi(engine, ["stack", "output", "--json", "--show-secrets"], { reject: false });
  if (shown.exitCode !== 0) {
    throw new StepError("The outputs of stack `local` can't be read", {
      command: shown.command,
      lastLines: String(shown.stderr).split("\n").slice(-10),
      fix: "bring the platform up with `npm start`",
    });
  }
  const outputs = JSON.parse(String(shown.stdout)) as Record<string, unknown>;
  if (Object.keys(outputs).length === 0) {
    throw new StepError("Stack `local` has no outputs yet", { fix: "bring the platform up with `npm start`" });
  }
  return outputs;
}

/** The exported state of the local stack, secrets as ciphertext; nothing where no stack was made yet. */
export async function exportedState(engine: Engine): Promise<unknown> {
  if (!stackExists()) return undefined;
  return JSON.parse(String((await runPulumi(engine, ["stack", "export"], {})).stdout));
}
