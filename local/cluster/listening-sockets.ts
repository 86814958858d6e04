import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { StepError } from "../../console/errors";
import { commandLineOf, holderOfSocket, nameOf } from "./process-table";

/** One address and port that a part of the cluster is about to listen on. */
export interface ListenAddress {
  /** Who wants it, for the message. */
  readonly purpose: string;
  readonly protocol: "tcp" | "udp";
  /** An IPv4 address. */
  readonly address: string;
  readonly port: number;
}

/** A socket that somebody listens on, as a row of `/proc/net/{tcp,tcp6,udp,udp6}` tells it. */
export interface ListeningSocket {
  /** Dotted IPv4, or `*` for every address (IPv6's `::` counts, since it takes IPv4 too). */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

/** TCP_LISTEN, and the state of an unconnected UDP socket, in the kernel's hexadecimal spelling. */
const listenStates = { tcp: "0A", udp: "07" } as const;

/** The listening sockets in the text of one table of `/proc/net`; IPv6 sockets on a single address are left out. */
export function parseSocketTable(text: string, protocol: "tcp" | "udp"): ListeningSocket[] {
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .flatMap((fields) => {
      const [hexAddress, hexPort] = (fields[1] ?? "").split(":");
      if (!hexAddress || !hexPort || fields[3] !== listenStates[protocol]) return [];
      const address = /^0+$/.test(hexAddress) ? "*" : dottedAddress(hexAddress);
      return address ? [{ address, port: parseInt(hexPort, 16), inode: fields[9] ?? "" }] : [];
    });
}

/** The kernel writes an IPv4 address as one little-endian word; an IPv4-mapped IPv6 address ends with the same word. */
function dottedAddress(hex: string): string | undefined {
  const mapped = /^0{16}FFFF0000([0-9A-F]{8})$/i.exec(hex)?.[1];
  const word = hex.length === 8 ? hex : mapped;
  return word
    ?.match(/../g)
    ?.reverse()
    .map((byte) => parseInt(byte, 16))
    .join(".");
}

/** The socket that stands in the way of listening on `wanted`, if any. */
export function conflictingSocket(
  sockets: readonly ListeningSocket[],
  wanted: ListenAddress,
): ListeningSocket | undefined {
  return sockets.find(
    (socket) => socket.port === wanted.port && (socket.address === "*" || socket.address === wanted.address),
  );
}

/** How long the socket of a process that has just ended may outlive it, in milliseconds. */
const lingerMilliseconds = 5000;

/**
 * Makes sure that nobody listens where a part of the cluster is about to. A socket without a process is one whose process
 * is ending: the kernel frees a large process's memory before its sockets, so it is given a moment.
 *
 * @throws StepError naming the address, the port and the process that holds it.
 */
export async function requireFree(wanted: ListenAddress): Promise<void> {
  const deadline = Date.now() + lingerMilliseconds;
  for (;;) {
    const taken = conflictingSocket(listeningSockets(wanted.protocol), wanted);
    if (!taken) return;
    const pid = holderOfSocket(taken.inode);
    if (pid === undefined && Date.now() < deadline) {
      await sleep(50);
      continue;
    }
    throw portTaken(wanted, taken, pid);
  }
}

function listeningSockets(protocol: ListenAddress["protocol"]): ListeningSocket[] {
  const tables = [`/proc/net/${protocol}`, `/proc/net/${protocol}6`];
  return tables.flatMap((table) => parseSocketTable(readTable(table), protocol));
}

function portTaken(wanted: ListenAddress, taken: ListeningSocket, pid: number | undefined): StepError {
  const holder = pid
    ? `${nameOf(pid)} (pid ${pid}: ${commandLineOf(pid).join(" ").slice(0, 160)})`
    : "a process out of sight";
  const where = taken.address === "*" ? `every address, port ${taken.port}` : `${taken.address}:${taken.port}`;
  return new StepError(
    `${wanted.purpose} needs ${wanted.protocol} ${wanted.address}:${wanted.port}, but ${holder} already listens on ${where}`,
    {
      fix: pid
        ? `stop that process (kill ${pid}), then run npm start again`
        : "free that port, then run npm start again",
    },
  );
}

/** A host without IPv6 has no tcp6 and udp6 tables. */
function readTable(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
