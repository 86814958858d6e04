import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Writes a file whole, or leaves it alone when it already says the same; readable by root only, since many of these
 * files hold keys.
 *
 * @param mode permission bits. @default 0o600
 * @returns the text, to take into a process's fingerprint.
 */
export function writeIfChanged(path: string, text: string, mode = 0o600): string {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return text;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, text, { mode });
  renameSync(`${path}.new`, path);
  return text;
}
