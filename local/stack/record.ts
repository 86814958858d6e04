import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stateDirectory } from "../directories";
import { StepError } from "../errors";
import type { Engine } from "./engine";

/** What `npm start` found and made, for the commands that come after it. */
export interface StartRecord {
  readonly engine: Engine;
  /** Absolute path of a program to run as `kubectl`, with the arguments that come first. */
  readonly kubectl: readonly [string, ...string[]];
  /** How long each step of the last whole start took, in milliseconds. */
  readonly stepTimes: Readonly<Record<string, number>>;
}

function recordFile(): string {
  return join(stateDirectory(), "start.json");
}

/** Writes the record, whole or not at all. */
export function writeStartRecord(record: StartRecord): void {
  const file = recordFile();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(record, null, 2));
  renameSync(`${file}.new`, file);
}

/**
 * The record of the last start.
 *
 * @throws StepError where nothing was started on this host, or what was started has been purged
 */
export function readStartRecord(): StartRecord {
  if (!existsSync(recordFile())) {
    throw new StepError("No embedded cluster has been started on this host", { fix: "run `npm start`" });
  }
  return JSON.parse(readFileSync(recordFile(), "utf8")) as StartRecord;
}
