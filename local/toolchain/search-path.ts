import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve, sep } from "node:path";
import { projectDirectory } from "../../infra/project";
import { cacheDirectory, stateDirectory } from "../directories";

/** Where system programs live that are not on every user's `PATH` (Debian gives `sbin` to root's login shell only). */
const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Whether the file exists and this user may run it. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function firstIn(folders: readonly string[], program: string): string | undefined {
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(resolve(folder), program))
    .find(isExecutable);
}

/** The folders of this process's `PATH`, in order. */
export function pathFolders(): string[] {
  return (process.env.PATH ?? "").split(delimiter);
}

/** The absolute path of a program of the host: from `PATH`, else from the folders of system programs. */
export function findHostProgram(program: string): string | undefined {
  return firstIn([...pathFolders(), ...systemFolders], program);
}

/**
 * The absolute path of a program that the user has put on `PATH`. What the project itself put there (its cache, its state,
 * its `node_modules/.bin`) does not count: a resolution must not find its own earlier answer.
 */
export function findUserProgram(program: string): string | undefined {
  const own = [cacheDirectory(), stateDirectory(), projectDirectory].map((folder) => resolve(folder));
  const isOwn = (folder: string) => own.some((root) => folder === root || folder.startsWith(root + sep));
  return firstIn(
    pathFolders().filter((folder) => !isOwn(resolve(folder))),
    program,
  );
}
