import { readFileSync } from "node:fs";
import { StepError } from "../errors";
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

/**
 * Makes sure that nobody listens where a part of the cluster is about to.
 *
 * @throws StepError naming the address, the port and the process that holds it.
 */
export function requireFree(wanted: ListenAddress): void {
  const tables = [`/proc/net/${wanted.protocol}`, `/proc/net/${wanted.protocol}6`];
  const sockets = tables.flatMap((table) => parseSocketTable(readTable(table), wanted.protocol));
  const taken = conflictingSocket(sockets, wanted);
  if (!taken) return;
  const pid = holderOfSocket(taken.inode);
  const holder = pid
    ? `${nameOf(pid)} (pid ${pid}: ${commandLineOf(pid).join(" ").slice(0, 160)})`
    : "a process out of sight";
  const where = taken.address === "*" ? `every address, port ${taken.port}` : `${taken.address}:${taken.port}`;
  throw new StepError(
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
