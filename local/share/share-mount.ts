import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { sparkUser } from "../../components/spark/settings";
import type { Report } from "../../console/steps";
import { writeIfChanged } from "../cluster/configuration-files";
import { runOnHost, tryOnHost } from "../cluster/host-command";
import { mountPointsBelow, unmountBelow } from "../cluster/mounts";
import { runningRecord } from "../cluster/process-records";
import { ensureRunning, stopDaemon } from "../cluster/processes";
import { localShare } from "./connection";
import { shareDirectory, shareMountDirectory } from "./paths";
import { rcloneRemote, renderRcloneConfig } from "./smb-client";

/** The name of the mount's process record and log. */
export const shareMountDaemon = "share-mount";

/** rclone's arguments for showing a share as a folder that Spark's user may read and write. */
export function rcloneMountArguments(
  configFile: string,
  share: string,
  mountPoint: string,
  cacheFolder: string,
): string[] {
  return [
    "mount",
    `${rcloneRemote}:${share}`,
    mountPoint,
    `--config=${configFile}`,
    `--cache-dir=${cacheFolder}`,
    // Pods are other users than the one that mounts.
    "--allow-other",
    `--uid=${sparkUser.user}`,
    `--gid=${sparkUser.group}`,
    "--dir-perms=0775",
    "--file-perms=0664",
    // What Harp drops shows within a second; what a pod writes is on the share when the file is closed.
    "--dir-cache-time=1s",
    "--attr-timeout=1s",
    "--vfs-cache-mode=writes",
    "--vfs-write-back=0s",
    "--volname=hamilton-share",
  ];
}

/** Mounts the local share for pods, anew if an earlier mount is dead or hangs. */
export async function startShareMount(report: Report): Promise<void> {
  const point = shareMountDirectory();
  if (!(runningRecord(shareMountDaemon) && (await mountAnswers(point)))) {
    if (mountPointsBelow(point).length > 0) report("removing a dead mount of the share");
    await stopShareMount(1);
  }
  await makeSharedMount(shareDirectory());
  mkdirSync(point, { recursive: true });
  const connection = localShare();
  const configFile = join(shareDirectory(), "rclone.conf");
  // rclone reads it once, at its start; obscuring takes a new salt each time, so the text is no fingerprint.
  if (!runningRecord(shareMountDaemon)) writeIfChanged(configFile, await renderRcloneConfig(connection));
  await ensureRunning(
    {
      name: shareMountDaemon,
      command: "rclone",
      args: rcloneMountArguments(configFile, connection.share, point, join(shareDirectory(), "cache")),
      configuration: [JSON.stringify(connection)],
      ready: () => mountAnswers(point),
    },
    report,
  );
}

/** Ends the mount in the way rclone does it by itself; what a killed or hung one left is unmounted. */
export async function stopShareMount(graceSeconds = 10): Promise<void> {
  await stopDaemon(shareMountDaemon, graceSeconds);
  await unmountBelow(shareMountDirectory());
}

/** Takes away the shared mount that the share's folder is. */
export async function removeSharedMount(): Promise<void> {
  await unmountBelow(shareDirectory());
}

/** Whether the share is mounted there and answers; a dead mount errs, a hung one is given up after 5 s. */
export async function mountAnswers(point: string): Promise<boolean> {
  if (!mountPointsBelow(point).includes(point)) return false;
  return (await tryOnHost("ls", ["-A", point], { timeoutSeconds: 5 })).status === 0;
}

/** Pods see mounts below a hostPath only if they happen in a mount that passes them on. */
async function makeSharedMount(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (!mountPointsBelow(folder).includes(folder)) await runOnHost("mount", ["--bind", folder, folder]);
  await runOnHost("mount", ["--make-rshared", folder]);
}
