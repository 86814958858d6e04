/**
 * Where the certificates of databases' authorities stand in every pod that connects to one, `<name>.crt` each. Drivers
 * and executors read the same URL, so it is one path everywhere.
 */
export const certificatesFolder = "/etc/hamilton/database-certificates";

/** The file with the certificates of a database's authorities. */
export function certificatesFile(database: string): string {
  return `${database}.crt`;
}

/** The ports that the servers listen on unless they are told otherwise. */
export const defaultPorts = { sqlserver: 1433, postgresql: 5432 } as const;

/** The longest name of a database: it ends the name of a network flow, which is a DNS label with its direction. */
export const longestDatabaseName = 30;
