import { mkdirSync, rmSync } from "node:fs";
import { stateDirectory } from "../directories";
import type { Report } from "../../console/steps";
import { mountPointsBelow } from "../cluster/mounts";
import { endProcess, markedProcesses } from "../cluster/processes";
import { StepError } from "../../console/errors";
import { shareDirectory } from "./paths";
import { removeShareUser, sambaDaemon, startSamba, stopSamba } from "./samba";
import { removeSharedMount, shareMountDaemon, startShareMount, stopShareMount } from "./share-mount";

export { type ShareConnection, localShare } from "./connection";
export { shareMountDirectory } from "./paths";
export { checkShare, putFiles } from "./smb-client";

/** The names of the share's processes. */
export const shareProcesses: readonly string[] = [shareMountDaemon, sambaDaemon];

/**
 * Brings up the local Windows share and its mount for pods, or completes what an earlier start left.
 *
 * @throws StepError naming the part that failed and what to do.
 */
export async function startShare(report: Report): Promise<void> {
  // Samba's user passes through these folders; what is in them has rights of its own.
  mkdirSync(stateDirectory(), { recursive: true, mode: 0o755 });
  mkdirSync(shareDirectory(), { recursive: true, mode: 0o755 });
  await startSamba(report);
  await startShareMount(report);
}

/** Takes the share and its mount down, whole or what a crash left; the files stay. */
export async function stopShare(report: Report): Promise<void> {
  report("unmounting the share and stopping Samba");
  await stopShareMount();
  await stopSamba();
  await Promise.all(shareProcesses.flatMap(markedProcesses).map((pid) => endProcess(pid, 2)));
  await removeSharedMount();
}

/** The same, and removes the share's files, its password and its system user. */
export async function purgeShare(report: Report): Promise<void> {
  await stopShare(report);
  report("removing the share's files and its user");
  if (mountPointsBelow(shareDirectory()).length > 0) {
    throw new StepError(`${shareDirectory()} still has mounts below it, so nothing in it was removed`);
  }
  rmSync(shareDirectory(), { recursive: true, force: true });
  await removeShareUser();
}
