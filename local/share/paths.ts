import { join } from "node:path";
import { stateDirectory } from "../directories";

/** The folder of the local Windows share: Samba's state, the shared files and where they are mounted. */
export function shareDirectory(): string {
  return join(stateDirectory(), "share");
}
