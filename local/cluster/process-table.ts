import { readFileSync, readdirSync, readlinkSync } from "node:fs";

/** What tells one process from every other that ever had its number: the number, its start and the boot it belongs to. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to the process's start: field 22 of `/proc/PID/stat`. */
  readonly startTime: string;
  /** `/proc/sys/kernel/random/boot_id`: new with each boot, so a record of an earlier boot never matches. */
  readonly bootId: string;
}

/** The number of the current boot. */
export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/**
 * The start time in the text of a `/proc/PID/stat` file, or `undefined` for a process that has ended and only waits to
 * be collected by its parent.
 */
export function startTimeFromStat(stat: string): string | undefined {
  // The second field is the program's name in parentheses and may itself hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}

/** The identity of the process that has this number now, or `undefined` if none has. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  const startTime = stat && startTimeFromStat(stat);
  return startTime ? { pid, startTime, bootId: bootId() } : undefined;
}

/** Whether exactly this process still runs; one that merely inherited its number does not count. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

/** The numbers of all processes of this moment. */
export function processNumbers(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** The environment of a process, empty when it has ended or may not be read. */
export function environmentOf(pid: number): string[] {
  return (readOrUndefined(`/proc/${pid}/environ`) ?? "").split("\0");
}

/** The arguments a process was started with, empty when it has ended. */
export function commandLineOf(pid: number): string[] {
  return (readOrUndefined(`/proc/${pid}/cmdline`) ?? "").split("\0").filter((word) => word !== "");
}

/** The short name of a process, `?` when it has ended. */
export function nameOf(pid: number): string {
  return (readOrUndefined(`/proc/${pid}/comm`) ?? "?").trim();
}

/** Which process holds the socket with this inode, if one of those that can be seen does. */
export function holderOfSocket(inode: string): number | undefined {
  const target = `socket:[${inode}]`;
  return processNumbers().find((pid) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => linkTarget(`/proc/${pid}/fd/${fd}`) === target);
    } catch {
      return false;
    }
  });
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** A process may end between two looks at it, so a missing file is an answer here and not a fault. */
function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
