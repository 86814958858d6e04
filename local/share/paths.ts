import { join } from "node:path";
import { stateDirectory } from "../directories";

/** The folder of the local Windows share: Samba's state, the shared files and where they are mounted. */
export function shareDirectory(): string {
  return join(stateDirectory(), "share");
}

/** The files behind the share, as Samba's user owns them. Write through the share, not here. */
export function shareFilesDirectory(): string {
  return join(shareDirectory(), "files");
}

/** Where the share is mounted for pods. */
export function shareMountDirectory(): string {
  return join(shareDirectory(), "mount");
}

/** Samba's databases, locks and sockets. */
export function sambaStateDirectory(): string {
  return join(shareDirectory(), "samba");
}

/** The file with the share's password and nothing else, readable by root only. */
export function sharePasswordFile(): string {
  return join(shareDirectory(), "password");
}
