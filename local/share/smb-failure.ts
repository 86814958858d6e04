import { StepError } from "../../console/errors";
import type { ShareConnection } from "./connection";

interface SmbCause {
  readonly status: RegExp;
  /** What it means, in words. */
  readonly meaning: (connection: ShareConnection) => string;
  readonly fix: (connection: ShareConnection) => string;
}

/** What an SMB server answers when it refuses, and what to do about it; the first that fits counts. */
const causes: readonly SmbCause[] = [
  {
    status: /NT_STATUS_(LOGON_FAILURE|WRONG_PASSWORD|NO_SUCH_USER)/,
    meaning: ({ user }) => `user ${user} or its password is wrong`,
    fix: ({ user }) => `set the right password of ${user} (for the local share: npm stop && npm start)`,
  },
  {
    status: /NT_STATUS_(ACCOUNT_DISABLED|ACCOUNT_LOCKED_OUT|ACCOUNT_EXPIRED|PASSWORD_EXPIRED|PASSWORD_MUST_CHANGE)/,
    meaning: ({ user }) => `the account of ${user} may not log in now`,
    fix: ({ user }) => `have the account ${user} unlocked or its password renewed by who runs the server`,
  },
  {
    status: /NT_STATUS_(BAD_NETWORK_NAME|NOT_FOUND|OBJECT_NAME_INVALID)/,
    meaning: ({ server, share }) => `${server} has no share named ${share}`,
    fix: ({ server, port, user }) => `look at what it has: smbclient -L //${server} -p ${port} -U ${user}`,
  },
  {
    status: /NT_STATUS_ACCESS_DENIED/,
    meaning: ({ user, share }) => `user ${user} has no right to the share ${share}`,
    fix: ({ user, share }) => `have ${user} allowed on ${share} by who runs the server`,
  },
  {
    status:
      /NT_STATUS_(CONNECTION_REFUSED|HOST_UNREACHABLE|NETWORK_UNREACHABLE|IO_TIMEOUT|CONNECTION_RESET|CONNECTION_DISCONNECTED|INVALID_NETWORK_RESPONSE)/,
    meaning: ({ server, port }) => `nothing answers SMB on ${server}:${port}`,
    fix: ({ server, port }) =>
      `see that the server runs and that port ${port} of ${server} is open from here (the local share: npm start)`,
  },
  {
    status: /NT_STATUS_(UNSUCCESSFUL|NOT_FOUND|NAME_NOT_FOUND)|getaddrinfo|not resolve/i,
    meaning: ({ server }) => `the name ${server} is not known`,
    fix: ({ server }) => `check the server's name: getent hosts ${server}`,
  },
  {
    status: /NT_STATUS_DISK_FULL/,
    meaning: ({ server }) => `the disk behind the share on ${server} is full`,
    fix: () => "free some room there, then run this again; files that were sent already are not sent twice",
  },
];

/**
 * A failure of SMB as one that names the server, the share, the user, the server's own status and what to do.
 *
 * @param output what the SMB client wrote
 * @param doing what was tried, as in "listing the share"
 */
export function smbFailure(connection: ShareConnection, output: string, doing: string, command?: string): StepError {
  const status = /NT_STATUS_[A-Z_0-9]+/.exec(output)?.[0];
  const cause = causes.find((candidate) => candidate.status.test(output));
  const { server, port, share, user } = connection;
  const why = cause?.meaning(connection) ?? "the server refused for a reason not known here";
  return new StepError(`${doing}: //${server}:${port}/${share} as ${user}: ${why}${status ? ` (${status})` : ""}`, {
    command,
    lastLines: output.trim().split("\n").filter(Boolean).slice(-10),
    fix: cause?.fix(connection) ?? `try it by hand: smbclient //${server}/${share} -p ${port} -U ${user}`,
  });
}
