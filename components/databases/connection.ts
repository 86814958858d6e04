import * as pulumi from "@pulumi/pulumi";
import type { DatabaseConnection } from "../core/contracts";
import { ValueFault } from "../core/errors";
import { dnsLabel, hostName } from "../core/names";
import { jdbcDrivers, jdbcUrl, type DatabaseServer } from "./jdbc-url";
import { longestDatabaseName } from "./settings";

/** A database, who reads it, and where it stands on the network. */
export type DatabaseArgs = DatabaseServer & {
  /** The addresses that pods may connect to on the server's port. */
  readonly cidrs: readonly string[];
  /** The user that everybody of the platform is there. */
  readonly user: string;
  /** That user's password. A secret. */
  readonly password: pulumi.Input<string>;
};

/**
 * A database outside the platform under a name of its own, for whoever reads it. Nothing is created: `databaseFiles`
 * hands it to the pods of a namespace.
 *
 * @param name A DNS label of at most 30 characters: `harp`.
 * @throws ValueFault for a faulty name, host, port, database or user, certificates that nothing checks, or no addresses.
 */
export function databaseConnection(name: string, args: DatabaseArgs): DatabaseConnection {
  const { port, cidrs, user, password } = args;
  check(name, args);
  return {
    name,
    url: jdbcUrl(name, args),
    driver: jdbcDrivers[args.kind],
    user,
    password: pulumi.secret(password),
    ...(args.kind === "postgresql" && args.certificates !== undefined ? { certificates: args.certificates } : {}),
    destination: { peers: [{ cidrs }], ports: [{ port }] },
  };
}

function check(name: string, args: DatabaseArgs): void {
  const { host, port, database, cidrs, user } = args;
  dnsLabel("name", name);
  if (name.length > longestDatabaseName)
    throw new ValueFault({ field: "name", got: name, expected: `at most ${longestDatabaseName} characters` });
  hostName("host", host);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new ValueFault({ field: "port", got: port, expected: "a port from 1 to 65535" });
  for (const [field, got] of Object.entries({ database, user }))
    if (got === "") throw new ValueFault({ field, got, expected: "a name" });
  if (cidrs.length === 0) throw new ValueFault({ field: "cidrs", got: cidrs, expected: "at least one address range" });
  const fault = certificatesFault(args);
  if (fault !== undefined) throw fault;
}

/** The fault of certificates beside a mode that looks at none; nothing if all is well. */
export function certificatesFault(server: DatabaseServer): ValueFault | undefined {
  if (server.kind !== "postgresql" || server.certificates === undefined) return undefined;
  const { tls = "verify-full" } = server;
  if (tls === "verify-full") return undefined;
  return new ValueFault({ field: "tls", got: tls, expected: '"verify-full", since certificates are given' });
}
