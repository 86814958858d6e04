import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../directories";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { runChild } from "./child-process";
import { fixForBuildFailure } from "./failures";

/** The folder of everything that has to do with images: layers, downloads, archives. */
export function imageCacheDirectory(): string {
  return join(cacheDirectory(), "images");
}

/**
 * A command line that runs a program in a mount namespace and a process namespace of its own: whatever it mounts is gone
 * with it, and so is whatever it started, even if it is killed.
 */
export function contained(command: readonly string[]): string[] {
  return [
    "unshare",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "--propagation",
    "private",
    ...command,
  ];
}

/**
 * The command line of buildah on a store of its own below `directory`, away from any other container tool of the host.
 * Each process has its own record of mounts (`runRoot`), so that one that was killed can't mislead the next.
 */
export function buildahCommand(directory: string, runRoot: string, args: readonly string[]): string[] {
  return contained([
    "buildah",
    "--root",
    join(directory, "store"),
    "--runroot",
    runRoot,
    "--storage-driver",
    "overlay",
    ...args,
  ]);
}

let runs = 0;

/** A command line of buildah on this host's store, with what belongs to it. */
export interface BuildahRun {
  readonly command: readonly string[];
  /** Variables that buildah needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Removes the run's record of mounts; call it when the run has ended. */
  readonly release: () => void;
}

/** The command line of buildah on this host's store. */
export function buildah(args: readonly string[]): BuildahRun {
  const directory = imageCacheDirectory();
  const runRoot = join(directory, "run", `${process.pid}-${++runs}`);
  // buildah keeps its cache mounts (packages, wheels, jars) below TMPDIR.
  const temporary = join(directory, "downloads");
  for (const folder of [runRoot, temporary]) mkdirSync(folder, { recursive: true });
  return {
    command: buildahCommand(directory, runRoot, args),
    environment: { TMPDIR: temporary },
    release: () => rmSync(runRoot, { recursive: true, force: true }),
  };
}

/**
 * Runs buildah to its end and returns what it wrote to standard output.
 *
 * @throws StepError with the last lines and what to do about them
 */
export async function runBuildah(args: readonly string[], failure: string, report?: Report): Promise<string> {
  const run = buildah(args);
  try {
    return await runToEnd(run.command, run.environment, failure, report);
  } finally {
    run.release();
  }
}

/**
 * Runs a long command to its end, handing each line of output to `report`, and returns its standard output.
 *
 * @throws StepError with the last lines and what to do about them
 */
export async function runToEnd(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  failure: string,
  report?: Report,
): Promise<string> {
  const lines: string[] = [];
  const take = (line: string) => {
    if (line.trim() === "" || /missing \\?".*build argument/.test(line)) return;
    lines.push(line);
    report?.(line);
  };
  const result = await runChild(command, {
    environment: { ...environment, LC_ALL: "C.UTF-8" },
    onOutput: take,
    onError: take,
  });
  if (result.exitCode === 0) return result.stdout;
  const missing = result.exitCode === 127;
  throw new StepError(missing ? `${failure}: ${command[0]} is not installed` : failure, {
    command: command.slice(command.indexOf("private") + 1).join(" "),
    lastLines: lines.slice(-20),
    fix: missing ? "npm run doctor lists what is missing and how to get it" : fixForBuildFailure(lines),
  });
}

/** Whether the store holds an image of that name. */
export async function isStored(reference: string): Promise<boolean> {
  const run = buildah(["images", "--quiet", reference]);
  const result = await runChild(run.command, { environment: run.environment });
  run.release();
  return result.exitCode === 0 && result.stdout.trim() !== "";
}
