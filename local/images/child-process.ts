import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a program is run and followed. */
export interface ChildOptions {
  /** Variables added to this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The folder it starts in. @default this process's own */
  readonly cwd?: string;
  /** Takes each line of standard output as it comes. */
  readonly onOutput?: (line: string) => void;
  /** Takes each line of standard error as it comes. */
  readonly onError?: (line: string) => void;
  /** Kills the program (SIGKILL) when it is aborted. */
  readonly signal?: AbortSignal;
  /** Runs it in a process group of its own, so that a Ctrl-C at the terminal reaches only its parent. @default false */
  readonly ownGroup?: boolean;
}

/** How a program ended. */
export interface ChildResult {
  /** Its exit code; 127 where the program wasn't found, 137 where a signal ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without a shell, without input, to its end. Failing is no error here: the exit code tells. */
export async function runChild(command: readonly string[], options: ChildOptions = {}): Promise<ChildResult> {
  const [file = "", ...args] = command;
  const child = spawn(file, args, {
    env: { ...process.env, ...options.environment },
    cwd: options.cwd,
    stdio: ["ignore", "pipe", "pipe"],
    detached: options.ownGroup ?? false,
  });
  const kill = () => child.kill("SIGKILL");
  options.signal?.addEventListener("abort", kill);
  if (options.signal?.aborted) kill();
  const follow = (stream: NodeJS.ReadableStream, onLine?: (line: string) => void): string[] => {
    const lines: string[] = [];
    createInterface({ input: stream, crlfDelay: Infinity }).on("line", (line) => {
      lines.push(line);
      onLine?.(line);
    });
    return lines;
  };
  const stdout = follow(child.stdout, options.onOutput);
  const stderr = follow(child.stderr, options.onError);
  const exitCode = await new Promise<number>((resolve) => {
    child.once("error", (error) => {
      stderr.push(error.message);
      resolve((error as NodeJS.ErrnoException).code === "ENOENT" ? 127 : 126);
    });
    child.once("close", (code) => resolve(code ?? 137));
  });
  options.signal?.removeEventListener("abort", kill);
  return { exitCode, stdout: stdout.join("\n"), stderr: stderr.join("\n") };
}
