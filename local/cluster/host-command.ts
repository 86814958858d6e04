import { spawn } from "node:child_process";
import { StepError } from "../../console/errors";
import { networkNamespacePath } from "./network";
import { systemPath } from "./processes";

/** How one command of the host is run. */
export interface HostCommandOptions {
  /** Text for its standard input. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What the reader should do when it fails. */
  readonly fix?: string;
  /** @default 120 */
  readonly timeoutSeconds?: number;
}

/** What a command that ran to its end left behind. */
export interface HostCommandResult {
  /** The exit status; `undefined` when it could not be started or was killed. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why there is no exit status, in words. */
  readonly failure?: string;
}

/** Runs a program of the host to its end and tells how it went; throws nothing. */
export function tryOnHost(
  command: string,
  args: readonly string[],
  options: HostCommandOptions = {},
): Promise<HostCommandResult> {
  const seconds = options.timeoutSeconds ?? 120;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, PATH: systemPath, LC_ALL: "C.UTF-8", ...options.environment },
      timeout: seconds * 1000,
      killSignal: "SIGKILL",
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
    // A program that reads none of its input is no fault; its exit status tells.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.on("error", (error: NodeJS.ErrnoException) => {
      const failure = error.code === "ENOENT" ? "is not installed" : `could not be started: ${error.message}`;
      resolve({ ...output, status: undefined, failure });
    });
    child.on("close", (status, signal) => {
      const failure = child.killed ? `did not end within ${seconds} s` : `was ended by ${signal}`;
      resolve({ ...output, status: status ?? undefined, ...(status === null ? { failure } : {}) });
    });
  });
}

/**
 * Runs a program of the host to its end and returns what it wrote to standard output.
 *
 * @throws StepError with the command and its last lines when it fails.
 */
export async function runOnHost(
  command: string,
  args: readonly string[],
  options: HostCommandOptions = {},
): Promise<string> {
  const result = await tryOnHost(command, args, options);
  if (result.status === 0) return result.stdout;
  const missing = result.failure === "is not installed";
  throw new StepError(`${command} ${result.failure ?? `failed with status ${result.status}`}`, {
    command: [command, ...args].join(" "),
    lastLines: `${result.stdout}\n${result.stderr}`.trim().split("\n").filter(Boolean).slice(-15),
    fix: options.fix ?? (missing ? "npm run doctor lists what is missing and how to get it" : undefined),
  });
}

/** The same inside the node's network namespace. */
export function runInNodeNetwork(
  command: string,
  args: readonly string[],
  options?: HostCommandOptions,
): Promise<string> {
  return runOnHost("nsenter", [`--net=${networkNamespacePath}`, command, ...args], options);
}
