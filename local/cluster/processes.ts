import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stateDirectory } from "../directories";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { requireFree, type ListenAddress } from "./listening-sockets";
import { networkNamespacePath } from "./network";
import { clusterPaths } from "./paths";
import { environmentOf, identify, isAlive, processNumbers } from "./process-table";
import { readRecord, removeRecord, runningRecord, writeRecord } from "./process-records";

/** A long-running process of the embedded cluster. */
export interface Daemon {
  /** Names its record and its log file. */
  readonly name: string;
  /** Absolute path, or a name on {@link systemPath}. */
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Texts of the files it reads once at its start; when one changes, the process is started anew. */
  readonly configuration?: readonly string[];
  /** Runs inside the node's network namespace. */
  readonly inNodeNetwork?: boolean;
  /** Checked to be free before the start. Inside the node's namespace nobody else can hold a port. */
  readonly listens?: readonly ListenAddress[];
  /** Whether it serves; asked until it says yes. A rejection counts as no. */
  readonly ready: () => Promise<boolean>;
  /** @default 60 */
  readonly readyTimeoutSeconds?: number;
}

/** Where programs of the host are looked for: a plain user's PATH lacks the `sbin` folders, which hold most of ours. */
export const systemPath = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

/** In the environment of each daemon and so of all its children: what `stop` recognises left-overs of a crash by. */
const markerVariable = "HAMILTON_DAEMON";

function marker(name: string): string {
  return `${markerVariable}=${stateDirectory()}:${name}`;
}

/** The log file of a daemon. */
export function logPath(name: string): string {
  return join(clusterPaths.logs(), `${name}.log`);
}

/** The last lines of a daemon's log, oldest first; none if it never wrote. */
export function lastLogLines(name: string, count = 15): string[] {
  if (!existsSync(logPath(name))) return [];
  return readFileSync(logPath(name), "utf8").trimEnd().split("\n").slice(-count);
}

/** Digest of everything that decides what a daemon does. */
export function fingerprint(daemon: Daemon): string {
  const { command, args, environment = {}, configuration = [], inNodeNetwork = false } = daemon;
  // A process of a namespace that was removed and made again sits in the old one, cut off from everything.
  const namespace = inNodeNetwork && statSync(networkNamespacePath, { throwIfNoEntry: false })?.ino;
  return createHash("sha256")
    .update(JSON.stringify([command, args, environment, configuration, namespace]))
    .digest("hex");
}

/**
 * Starts a daemon unless it runs already with the same command and configuration; waits until it serves.
 *
 * @returns whether a process was started.
 * @throws StepError when a port is taken, the process ends early or does not serve in time.
 */
export async function ensureRunning(daemon: Daemon, report: Report): Promise<boolean> {
  const running = runningRecord(daemon.name);
  if (running?.fingerprint === fingerprint(daemon)) {
    await waitUntilReady(daemon);
    return false;
  }
  if (running) report(`${daemon.name}: its configuration changed, starting it anew`);
  await stopDaemon(daemon.name);
  for (const wanted of daemon.listens ?? []) await requireFree(wanted);
  report(`starting ${daemon.name}`);
  launch(daemon);
  await waitUntilReady(daemon);
  return true;
}

function launch(daemon: Daemon): void {
  mkdirSync(clusterPaths.logs(), { recursive: true, mode: 0o700 });
  const path = logPath(daemon.name);
  if (existsSync(path)) renameSync(path, `${path}.previous`);
  const log = openSync(path, "a", 0o600);
  const program = [...(daemon.inNodeNetwork ? ["nsenter", `--net=${networkNamespacePath}`] : []), daemon.command];
  // The process waits for a line before it becomes the program, and its record is written first: if this command is
  // killed in between, the pipe closes, the process ends, and there is never one without a record.
  const child = spawn("/bin/sh", ["-c", 'read -r go && exec "$@" </dev/null', "sh", ...program, ...daemon.args], {
    detached: true,
    stdio: ["pipe", log, log],
    cwd: "/",
    env: {
      PATH: systemPath,
      HOME: homedir(),
      LANG: "C.UTF-8",
      ...daemon.environment,
      [markerVariable]: `${stateDirectory()}:${daemon.name}`,
    },
  });
  closeSync(log);
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (!identity) throw new StepError(`${daemon.name}: no process could be started`, { command: commandText(daemon) });
  writeRecord({ ...identity, name: daemon.name, fingerprint: fingerprint(daemon) });
  child.stdin?.on("error", () => undefined);
  child.stdin?.end("go\n");
  child.unref();
}

async function waitUntilReady(daemon: Daemon): Promise<void> {
  const seconds = daemon.readyTimeoutSeconds ?? 60;
  const deadline = Date.now() + seconds * 1000;
  let reason = "";
  const notYet = (error: unknown) => {
    reason = `: ${error instanceof Error ? error.message : String(error)}`;
    return false;
  };
  for (;;) {
    if (await daemon.ready().catch(notYet)) return;
    const ended = !runningRecord(daemon.name);
    if (ended || Date.now() > deadline) {
      throw new StepError(
        ended ? `${daemon.name} ended before it served` : `${daemon.name} did not serve within ${seconds} s${reason}`,
        {
          command: commandText(daemon),
          lastLines: lastLogLines(daemon.name),
          fix: `read ${logPath(daemon.name)}; npm stop && npm start begins anew and keeps the data`,
        },
      );
    }
    await sleep(100);
  }
}

function commandText(daemon: Daemon): string {
  return [daemon.command, ...daemon.args].join(" ");
}

/**
 * Ends the recorded process of this name: TERM, and KILL after the grace. A process that only inherited the number is
 * left alone. Nothing happens if none runs.
 *
 * @param graceSeconds how long it may take to end in its own way. @default 10
 */
export async function stopDaemon(name: string, graceSeconds = 10): Promise<void> {
  const record = readRecord(name);
  if (record && isAlive(record)) await endProcess(record.pid, graceSeconds);
  removeRecord(name);
}

/** Ends one process by number, gently and then not; returns once it is gone. */
export async function endProcess(pid: number, graceSeconds: number): Promise<void> {
  const identity = identify(pid);
  if (!identity) return;
  for (const [sent, seconds] of [
    ["SIGTERM", graceSeconds],
    ["SIGKILL", 10],
  ] as const) {
    if (seconds > 0) signal(pid, sent);
    const deadline = Date.now() + seconds * 1000;
    while (Date.now() < deadline) {
      if (!isAlive(identity)) return;
      await sleep(30);
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Processes that a daemon of this name left behind, itself included: those that carry its mark in their environment. */
export function markedProcesses(name: string): number[] {
  return processNumbers().filter((pid) => environmentOf(pid).includes(marker(name)) && identify(pid));
}
