import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../console/steps";
import { writeIfChanged } from "../cluster/configuration-files";
import { runOnHost, tryOnHost } from "../cluster/host-command";
import { ensureRunning, stopDaemon } from "../cluster/processes";
import { runningRecord } from "../cluster/process-records";
import { type ShareConnection, localShare, shareUser } from "./connection";
import { sambaStateDirectory, shareFilesDirectory } from "./paths";
import { checkShare } from "./smb-client";

/** The name of Samba's process record and log. */
export const sambaDaemon = "samba";

/** Samba's configuration: one share, one user, SMB 3, and every file of its own below `stateFolder`. */
export function renderSambaConfig(connection: ShareConnection, files: string, stateFolder: string): string {
  const { server, port, share, user } = connection;
  const sections: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    global: {
      "server role": "standalone server",
      "netbios name": "HAMILTON",
      interfaces: `${server}/8`,
      "bind interfaces only": "yes",
      "smb ports": String(port),
      "disable netbios": "yes",
      "server min protocol": "SMB3",
      "map to guest": "never",
      "passdb backend": `tdbsam:${join(stateFolder, "private", "passdb.tdb")}`,
      "private dir": join(stateFolder, "private"),
      "lock directory": join(stateFolder, "lock"),
      "state directory": join(stateFolder, "state"),
      "cache directory": join(stateFolder, "cache"),
      "pid directory": join(stateFolder, "pid"),
      "ncalrpc dir": join(stateFolder, "ncalrpc"),
      logging: "file",
      "log file": join(stateFolder, "smbd.log"),
      "max log size": "1000",
      "load printers": "no",
      printing: "bsd",
      "printcap name": "/dev/null",
      "disable spoolss": "yes",
    },
    [share]: {
      path: files,
      "valid users": user,
      "read only": "no",
      "create mask": "0664",
      "directory mask": "0775",
    },
  };
  return Object.entries(sections)
    .map(([section, options]) =>
      [`[${section}]`, ...Object.entries(options).map(([name, value]) => `    ${name} = ${value}`), ""].join("\n"),
    )
    .join("\n");
}

/** Makes the user, its password and the configuration, and starts Samba unless it runs. */
export async function startSamba(report: Report): Promise<void> {
  const state = sambaStateDirectory();
  const connection = localShare();
  for (const name of ["private", "lock", "state", "cache", "pid", "ncalrpc"]) {
    mkdirSync(join(state, name), { recursive: true, mode: name === "private" ? 0o700 : 0o755 });
  }
  const file = join(state, "smb.conf");
  const configuration = writeIfChanged(file, renderSambaConfig(connection, shareFilesDirectory(), state), 0o644);
  if (!runningRecord(sambaDaemon)) {
    await ensureUser();
    mkdirSync(shareFilesDirectory(), { recursive: true, mode: 0o775 });
    await runOnHost("chown", [`${shareUser}:`, shareFilesDirectory()]);
    const twice = `${connection.password}\n${connection.password}\n`;
    await runOnHost("smbpasswd", ["-c", file, "-s", "-a", shareUser], { input: twice });
  }
  await ensureRunning(
    {
      name: sambaDaemon,
      command: "smbd",
      args: ["--foreground", "--no-process-group", `--configfile=${file}`],
      configuration: [configuration],
      listens: [{ purpose: "the Windows share", protocol: "tcp", address: connection.server, port: connection.port }],
      ready: () => checkShare(connection).then(() => true),
    },
    report,
  );
}

/** A user without a home and a shell, for Samba to own files as. */
async function ensureUser(): Promise<void> {
  if ((await tryOnHost("getent", ["passwd", shareUser])).status === 0) return;
  await runOnHost(
    "useradd",
    ["--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", shareUser],
    {
      fix: `make that system user by hand (useradd --system ${shareUser}), then run npm start again`,
    },
  );
}

/** Ends Samba; nothing happens if it does not run. */
export function stopSamba(): Promise<void> {
  return stopDaemon(sambaDaemon);
}

/** Removes the share's system user, if it is there. */
export async function removeShareUser(): Promise<void> {
  if ((await tryOnHost("getent", ["passwd", shareUser])).status === 0) await runOnHost("userdel", [shareUser]);
}
