import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stateDirectory } from "../directories";
import { StepError } from "../../console/errors";
import type { Engine } from "./engine";

/** What `npm start` found and made, for the commands that come after it. */
export interface StartRecord {
  readonly engine: Engine;
  /** Absolute path of a program to run as `kubectl`, with the arguments that come first. */
  readonly kubectl: readonly [string, ...string[]];
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

/** Whether something was started on this host and has not been purged. */
export function wasStarted(): boolean {
  return existsSync(recordFile());
}

/**
 * The record of the last start.
 *
 * @throws StepError where nothing was started on this host, or what was started has been purged
 */
export function readStartRecord(): StartRecord {
  if (!wasStarted()) {
    throw new StepError("No embedded cluster has been started on this host", { fix: "run `npm start`" });
  }
  return JSON.parse(readFileSync(recordFile(), "utf8")) as StartRecord;
}

/** How long a whole start took. */
export interface StartTimes {
  /** From the first step to the last, in milliseconds. */
  readonly total: number;
  /** Each step, in milliseconds, by title; some ran beside each other. */
  readonly steps: Readonly<Record<string, number>>;
}

function timesFile(): string {
  return join(stateDirectory(), "start-times.jsonl");
}

/** Keeps the times of a start that came to its end, one line for each. */
export function keepStartTimes(times: StartTimes): void {
  appendFileSync(timesFile(), `${JSON.stringify(times)}\n`);
}

/** The times of all whole starts since the last purge, oldest first. */
export function readStartTimes(): StartTimes[] {
  if (!existsSync(timesFile())) return [];
  const lines = readFileSync(timesFile(), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as StartTimes);
}
