import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { storeImage, type PythonImageName } from "./build";
import { buildah, runBuildah } from "./buildah";
import { runChild } from "./child-process";
import { containerName } from "./containers";

/** A folder or file of the host inside the image. */
export interface Mount {
  /** The absolute path on the host. */
  readonly source: string;
  /** The absolute path inside. */
  readonly target: string;
  /** @default false */
  readonly readOnly?: boolean;
}

/** How a command is run in an image. */
export interface RunOptions {
  /** @default none */
  readonly mounts?: readonly Mount[];
  /** Variables besides the image's own; none of the host's are passed on. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder it starts in. @default the image's own, `/opt/spark/work-dir` or `/home/spark` */
  readonly cwd?: string;
  /** User and group ids, `uid:gid`. @default 0:0, so that it may read and write the caller's mounted files */
  readonly user?: string;
  /** Takes each line of standard output as it comes. */
  readonly onOutput?: (line: string) => void;
  /** Takes each line of standard error as it comes. */
  readonly onError?: (line: string) => void;
  /** Ends the command, and all it started, when it is aborted. */
  readonly signal?: AbortSignal;
  /** Takes progress of building the image, where it isn't built yet. */
  readonly report?: Report;
}

/** How a command in an image ended. */
export interface RunResult {
  /** The command's own exit code; 137 where it was aborted. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The arguments of `buildah run`. */
export function runArguments(container: string, args: readonly string[], options: RunOptions): string[] {
  return [
    ...["run", "--isolation", "chroot", "--network", "host"],
    // The container's random name has no address, and Java asks for it.
    ...["--hostname", "localhost", "--user", options.user ?? "0:0"],
    ...(options.cwd === undefined ? [] : ["--workingdir", options.cwd]),
    ...Object.entries(options.env ?? {}).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...(options.mounts ?? []).flatMap(({ source, target, readOnly }) => [
      "--volume",
      `${source}:${target}:${readOnly === true ? "ro" : "rw"}`,
    ]),
    container,
    "--",
    ...args,
  ];
}

/** Whether buildah itself, not the command, says that the command failed; its exit code says so too. */
export function isExitNotice(line: string): boolean {
  return /^(subprocess exited with status \d+|Error: exit status \d+|(error )?running subprocess: exit status \d+)$/.test(
    line.trim(),
  );
}

/**
 * Runs a command in the Spark image's file system, with the host's network, outside any cluster: `spark-submit`, a job in
 * `local[2]`, the data generator. Changes to anything but the mounts are thrown away. Needs root.
 *
 * @throws StepError where the image can't be built; a command that fails is no error but its exit code
 */
export async function runInSparkImage(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return runInImage("spark", args, options);
}

/** Runs a command in one of the platform's images, as {@link runInSparkImage} does. */
export async function runInImage(
  name: PythonImageName,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  if (process.getuid?.() !== 0) {
    throw new StepError("Running in the Spark image needs root", {
      fix: "run as root, or put a spark-submit of the platform's version on PATH",
    });
  }
  const image = await storeImage(name, options.report ?? (() => undefined));
  const container = containerName();
  await runBuildah(["from", "--pull-never", "--name", container, image], `No container can be made of ${image}`);
  const run = buildah(runArguments(container, args, options));
  try {
    const errors: string[] = [];
    const { exitCode, stdout } = await runChild(run.command, {
      environment: run.environment,
      onOutput: options.onOutput,
      onError: (line) => {
        if (isExitNotice(line)) return;
        errors.push(line);
        options.onError?.(line);
      },
      // Killing the outermost process takes everything inside its process namespace with it.
      signal: options.signal,
      ownGroup: true,
    });
    return { exitCode, stdout, stderr: errors.join("\n") };
  } finally {
    run.release();
    await runBuildah(["rm", container], "The container can't be removed");
  }
}
