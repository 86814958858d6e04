import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clusterPaths } from "./paths";
import { isAlive, type ProcessIdentity } from "./process-table";

/** What is kept of a process that was started, so that any later command finds, judges and ends it. */
export interface ProcessRecord extends ProcessIdentity {
  readonly name: string;
  /** Digest of command, arguments and configuration: a process started from another one is replaced. */
  readonly fingerprint: string;
}

function recordPath(name: string): string {
  return join(clusterPaths.run(), `${name}.process.json`);
}

/** The record of this name as it stands on disk, alive or not; a torn or foreign file counts as none. */
export function readRecord(name: string): ProcessRecord | undefined {
  try {
    const value = JSON.parse(readFileSync(recordPath(name), "utf8")) as Partial<ProcessRecord>;
    const { pid, startTime, bootId, fingerprint } = value;
    return pid && startTime && bootId && fingerprint ? { name, pid, startTime, bootId, fingerprint } : undefined;
  } catch {
    return undefined;
  }
}

/** The record of this name if its very process still runs. Records of an earlier boot or a recycled number do not count. */
export function runningRecord(name: string): ProcessRecord | undefined {
  const record = readRecord(name);
  return record && isAlive(record) ? record : undefined;
}

/** Keeps a record, whole or not at all. */
export function writeRecord(record: ProcessRecord): void {
  mkdirSync(clusterPaths.run(), { recursive: true, mode: 0o700 });
  const path = recordPath(record.name);
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Forgets a process; nothing happens if there is no record. */
export function removeRecord(name: string): void {
  rmSync(recordPath(name), { force: true });
}

/** The names of all records on disk, sorted. */
export function recordedNames(): string[] {
  try {
    return readdirSync(clusterPaths.run())
      .flatMap((file) => /^(.+)\.process\.json$/.exec(file)?.[1] ?? [])
      .sort();
  } catch {
    return [];
  }
}
