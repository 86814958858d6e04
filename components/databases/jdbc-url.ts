import { certificatesFile, certificatesFolder } from "./settings";

/** What every kind of server is told apart by. */
interface DatabasePlace {
  /** The server's host name or IPv4 address. */
  readonly host: string;
  readonly port: number;
  /** The database on that server. */
  readonly database: string;
}

/** A database of Microsoft SQL Server. The connection is always encrypted. */
export interface SqlServerDatabase extends DatabasePlace {
  readonly kind: "sqlserver";
  /** The name that the server's certificate is for, where that isn't the host's. @default the host */
  readonly hostNameInCertificate?: string;
  /** Whether any certificate will do, so that nobody knows who answers. @default false */
  readonly trustServerCertificate?: boolean;
}

/** How much a connection to PostgreSQL is protected, in PostgreSQL's own words (`sslmode`). */
export type PostgresqlTls =
  /** Encrypted; the certificate is trusted and for that host. */
  | "verify-full"
  /** Encrypted; any certificate will do, so that nobody knows who answers. */
  | "require"
  /** Neither. */
  | "disable";

/** A database of PostgreSQL. */
export interface PostgresqlDatabase extends DatabasePlace {
  readonly kind: "postgresql";
  /** @default verify-full */
  readonly tls?: PostgresqlTls;
  /** Certificates of authorities, PEM, by one of which the server's is signed. @default those that Java trusts */
  readonly certificates?: string;
}

/** A database as JDBC reaches it. */
export type DatabaseServer = SqlServerDatabase | PostgresqlDatabase;

/** The classes of the drivers in our image (`images/jars.lock`). */
export const jdbcDrivers = {
  sqlserver: "com.microsoft.sqlserver.jdbc.SQLServerDriver",
  postgresql: "org.postgresql.Driver",
} as const;

/**
 * How long a connection may take until somebody is logged in, in seconds. Spark asks a database first in the driver, so
 * a cell ends that soon with what the JDBC driver says; without a limit PostgreSQL's waits for ever on a server that
 * takes the connection and says nothing. Microsoft's ODBC and .NET clients have this limit by default, its JDBC driver 30.
 */
export const loginTimeoutSeconds = 15;

/** How long PostgreSQL's driver tries each address of a host, in seconds: its own default, spelt out. */
export const connectTimeoutSeconds = 10;

/**
 * The JDBC URL of a database, without user or password.
 *
 * @param name The database's name in the platform, after which the file with its certificates is called.
 */
export function jdbcUrl(name: string, server: DatabaseServer): string {
  return server.kind === "sqlserver" ? sqlServerUrl(server) : postgresqlUrl(name, server);
}

function sqlServerUrl(server: SqlServerDatabase): string {
  const { host, port, database, hostNameInCertificate, trustServerCertificate = false } = server;
  const properties = {
    databaseName: database,
    encrypt: "true",
    ...(hostNameInCertificate === undefined ? {} : { hostNameInCertificate }),
    trustServerCertificate: String(trustServerCertificate),
    loginTimeout: String(loginTimeoutSeconds),
  };
  const pairs = Object.entries(properties).map(([key, value]) => `;${key}=${braced(value)}`);
  return `jdbc:sqlserver://${host}:${port}${pairs.join("")}`;
}

/** A value as Microsoft's driver reads it: in braces, closing ones doubled, where a character of it would end it. */
function braced(value: string): string {
  return /[;{}]|^\s|\s$/.test(value) ? `{${value.replaceAll("}", "}}")}}` : value;
}

function postgresqlUrl(name: string, server: PostgresqlDatabase): string {
  const { host, port, database, tls = "verify-full", certificates } = server;
  const parameters = {
    sslmode: tls,
    ...(tls === "verify-full" ? trust(name, certificates) : {}),
    connectTimeout: String(connectTimeoutSeconds),
    loginTimeout: String(loginTimeoutSeconds),
    // A read that waits for a long query is told from one whose server has gone.
    tcpKeepAlive: "true",
  };
  const pairs = Object.entries(parameters).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return `jdbc:postgresql://${host}:${port}/${encodeURIComponent(database)}?${pairs.join("&")}`;
}

/** Whose certificates count. Left to itself the driver asks for a file in the user's home, and fails without it. */
function trust(name: string, certificates: string | undefined): Readonly<Record<string, string>> {
  return certificates === undefined
    ? { sslfactory: "org.postgresql.ssl.DefaultJavaSSLFactory" }
    : { sslrootcert: `${certificatesFolder}/${certificatesFile(name)}` };
}
