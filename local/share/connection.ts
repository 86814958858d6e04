import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { writeIfChanged } from "../cluster/configuration-files";
import { sharePasswordFile } from "./paths";

/** How to reach a share over SMB and as whom. */
export interface ShareConnection {
  /** Host name or address. */
  readonly server: string;
  readonly port: number;
  /** The share's name, without slashes. */
  readonly share: string;
  readonly user: string;
  readonly password: string;
}

/** The name of the local share. */
export const shareName = "harp";
/** The system user that owns the share's files and the one account that may log in. */
export const shareUser = "hamilton-share";
/** Samba listens on loopback: what reads the share (the mount, the generator) runs on this host. */
export const shareServer = "127.0.0.1";
/** Not SMB's own 445, which a Samba of the host's may hold. */
export const sharePort = 1445;

/** The connection of the local share; its password is made on the first call and kept in a file for root only. */
export function localShare(): ShareConnection {
  if (!existsSync(sharePasswordFile()))
    writeIfChanged(sharePasswordFile(), `${randomBytes(24).toString("base64url")}\n`);
  const password = readFileSync(sharePasswordFile(), "utf8").trim();
  return { server: shareServer, port: sharePort, share: shareName, user: shareUser, password };
}
