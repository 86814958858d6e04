import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives a whole test run one temporary folder, in which every test makes its own, and removes it in the end. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "hamilton-tests-"));
  // The share's user has to pass through to a cluster whose folder is made in here.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
