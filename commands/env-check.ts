import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { execa } from "execa";
import { StepError } from "../console/errors";
import { type CheckReport, exitCodeOf, renderFile, renderPreflight } from "../environments/check-report";
import { checkFile, type FileCheck } from "../environments/file-check";
import { preflight, type PreflightResult } from "../environments/preflight/preflight";
import { findClusterAccess } from "../infra/cluster-access";
import { stackFileName } from "../infra/config";
import { howToSet } from "../infra/config/secrets";
import { projectDirectory } from "../infra/project";
import { runPulumi } from "../local/stack/engine";
import { readStartRecord } from "../local/stack/record";
import { localStack, localStackFile } from "../local/stack/stack-file";
import { environmentsIn } from "../review/environments";

/** What the command line gives. */
export interface EnvCheckOptions {
  readonly offline?: boolean;
  /** False with `--no-probe`. */
  readonly probe: boolean;
  readonly context?: string;
  readonly folder?: string;
  /** In seconds. */
  readonly probeTimeout: number;
  readonly json?: boolean;
}

/** Where an environment's stack file is, and how its cluster and its secrets are reached. */
interface Place {
  readonly folder: string;
  /** Where the stack files of the environments beside it are. */
  readonly neighbours: string;
  /** @default the stack file's, else the caller's own */
  readonly kubeconfig?: string;
  readonly secret: (name: string) => Promise<string>;
}

/**
 * Runs `npm run env:check`: the stack file alone, then the preflight. Sets the exit code; see `exitCodes`.
 *
 * @throws StepError where the environment has no stack file, or on Ctrl-C
 */
export async function envCheck(environment: string, options: EnvCheckOptions): Promise<void> {
  const place = placeOf(environment, options.folder);
  const file = join(place.folder, stackFileName(environment));
  if (!existsSync(file)) {
    const known = environmentsIn(place.folder).join(", ") || "none";
    throw new StepError(`There is no stack file ${stackFileName(environment)}; there are: ${known}`, {
      fix: "name one of these, or make a new one as docs/operations.md shows",
    });
  }
  const checked = await checkFile(environment, place.folder, place.neighbours);
  const { faults, clashes, unsetSecrets } = checked;
  let report: CheckReport = { environment, file: shortened(file), faults, clashes, unsetSecrets };
  if (options.json !== true) console.log(renderFile(report));
  if (options.offline !== true && checked.wanted !== undefined) {
    const { rows, gone, leftBehind } = await cluster(checked.wanted, place, options);
    report = { ...report, preflight: rows, gone, notes: notesOf(gone, leftBehind) };
    if (options.json !== true) console.log([renderPreflight(rows), ...(report.notes ?? [])].join("\n"));
  }
  process.exitCode = exitCodeOf(report);
  if (options.json === true) console.log(JSON.stringify({ ...report, exitCode: process.exitCode }, null, 2));
}

/** A file as it is called from here: by its whole path only where it is elsewhere. */
function shortened(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith("..") ? file : path;
}

/** Stack `local` is described by the file that `npm start` composes of the committed one and this host's values. */
function placeOf(environment: string, folder: string | undefined): Place {
  if (environment !== localStack || folder !== undefined || !existsSync(localStackFile())) {
    const own = resolve(folder ?? projectDirectory);
    return { folder: own, neighbours: own, secret: (name) => decrypted(environment, own, name) };
  }
  const { engine } = readStartRecord();
  const secret = async (name: string) => {
    const shown = await runPulumi(engine, secretArguments(name), { reject: false });
    return valueOf(shown, localStack, name);
  };
  return { folder: dirname(localStackFile()), neighbours: projectDirectory, kubeconfig: engine.kubeconfig, secret };
}

async function cluster(
  wanted: NonNullable<FileCheck["wanted"]>,
  place: Place,
  options: EnvCheckOptions,
): Promise<PreflightResult> {
  const { context, kubeconfig } = wanted.config.cluster;
  const interrupted = new AbortController();
  const stop = () => interrupted.abort(new StepError("The check was interrupted; what its probe had made is removed"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  try {
    return await preflight(wanted, {
      place: kubeconfigOf({ context: options.context ?? context, kubeconfig: kubeconfig ?? place.kubeconfig }),
      probeTimeout: options.probe ? options.probeTimeout : undefined,
      secret: place.secret,
      interrupted: interrupted.signal,
      report: (line) => console.error(`› ${line}`),
    });
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, stop);
  }
}

/** The kubeconfig that the program itself would take; where it finds none, the preflight says so in its first row. */
function kubeconfigOf(selection: { context: string; kubeconfig?: string }) {
  try {
    const { kubeconfig, context } = findClusterAccess(selection);
    return { kubeconfig, context };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}

const secretArguments = (name: string) => ["config", "get", "--path", `hamilton:secrets.${name}`, "--non-interactive"];

async function decrypted(environment: string, folder: string, name: string): Promise<string> {
  const file = join(folder, stackFileName(environment));
  const args = [...secretArguments(name), "--stack", environment, "--config-file", file];
  const shown = await execa("pulumi", args, { cwd: projectDirectory, reject: false, timeout: 15_000 });
  return valueOf(shown, environment, name);
}

/** The value that `pulumi config get` printed. */
function valueOf(
  shown: { exitCode?: number; stdout?: unknown; stderr?: unknown },
  environment: string,
  name: string,
): string {
  if (shown.exitCode === 0) return String(shown.stdout).trim();
  const [line = "there is no `pulumi` on PATH"] = String(shown.stderr)
    .split("\n")
    .filter((one) => one.trim() !== "");
  throw new StepError(`the secret "${name}" can't be read: ${line.trim()}`, {
    fix: `log in (pulumi login), give PULUMI_CONFIG_PASSPHRASE or its _FILE, or set it: ${howToSet(name, environment)}`,
  });
}

function notesOf(gone: boolean, leftBehind: string | undefined): readonly string[] {
  return [
    ...(gone ? ["The API server stopped answering in the middle of the preflight; run it again once it answers."] : []),
    ...(leftBehind === undefined
      ? []
      : [
          `The namespace ${leftBehind} of the probe couldn't be removed; the next env:check on that cluster removes it.`,
        ]),
  ];
}
