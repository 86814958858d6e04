import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StepError } from "../../console/errors";
import type { Report } from "../../console/steps";
import { type HostCommandResult, runOnHost, tryOnHost } from "../cluster/host-command";
import { type ShareConnection, localShare } from "./connection";
import { smbFailure } from "./smb-failure";

/**
 * Logs in to a share and lists it, so that every later failure is of another kind than these.
 *
 * @throws StepError naming server, share, user, the server's status and the fix.
 */
export async function checkShare(connection: ShareConnection): Promise<void> {
  const { server, port, share, user, password } = connection;
  const args = [
    `//${server}/${share}`,
    "--port",
    String(port),
    "--user",
    user,
    "--max-protocol",
    "SMB3",
    "--command",
    "ls",
  ];
  const result = await tryOnHost("smbclient", [...args, "--timeout", "10"], {
    // In the environment rather than in the arguments, which every user of the host can read.
    environment: { PASSWD: password },
    timeoutSeconds: 30,
  });
  if (result.status === 0) return;
  throw smbFailure(connection, said(result), "opening the share", `smbclient ${args.join(" ")}`);
}

/** Runs rclone with the share as its remote `harp:`; the password reaches it through a file for root only. */
export async function withRclone<T>(connection: ShareConnection, work: (configFile: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "hamilton-rclone-"));
  try {
    const file = join(folder, "rclone.conf");
    writeFileSync(file, await renderRcloneConfig(connection), { mode: 0o600 });
    return await work(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The remote's name in the configuration; the share comes first in each of its paths. */
export const rcloneRemote = "share";

/** The text of rclone's configuration; it wants the password obscured, which hides it from a glance only. */
export async function renderRcloneConfig({ server, port, user, password }: ShareConnection): Promise<string> {
  const obscured = (await runOnHost("rclone", ["obscure", "-"], { input: password })).trim();
  return [
    `[${rcloneRemote}]`,
    "type = smb",
    `host = ${server}`,
    `port = ${port}`,
    `user = ${user}`,
    `pass = ${obscured}`,
    "",
  ].join("\n");
}

/**
 * Copies a folder of files into a folder of a share and compares every byte afterwards. Files that are there already
 * with the same size and time are not sent again, and nothing else in that folder is touched.
 *
 * @param localDirectory what to copy, with all below it
 * @param remoteDirectory the folder inside the share, made if it is not there
 * @throws StepError when the share refuses, or a file differs after the copy.
 */
export async function putFiles(
  localDirectory: string,
  remoteDirectory: string,
  report: Report,
  connection: ShareConnection = localShare(),
): Promise<void> {
  if (!statSync(localDirectory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new StepError(`${localDirectory} is no folder, so there is nothing to copy to the share`);
  }
  await checkShare(connection);
  const target = `${rcloneRemote}:${connection.share}/${remoteDirectory}`;
  const files = readdirSync(localDirectory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  await withRclone(connection, async (config) => {
    const run = async (doing: string, command: string, ...options: string[]): Promise<void> => {
      const args = [
        "--config",
        config,
        command,
        localDirectory,
        target,
        "--transfers",
        "8",
        "--checkers",
        "8",
        ...options,
      ];
      const result = await tryOnHost("rclone", args, { timeoutSeconds: 3600 });
      if (result.status !== 0) throw smbFailure(connection, said(result), doing, `rclone ${args.join(" ")}`);
    };
    report(
      `copying ${files.length} files to //${connection.server}:${connection.port}/${connection.share}/${remoteDirectory}`,
    );
    await run("copying files to the share", "copy", "--retries", "2");
    report(`comparing ${files.length} files with what the share holds`);
    await run("comparing the copied files", "check", "--one-way", "--download");
  });
}

function said(result: HostCommandResult): string {
  return [result.stdout, result.stderr, result.failure].filter(Boolean).join("\n");
}
